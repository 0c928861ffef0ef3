// Runs a fuzz target over seeded mutations without libFuzzer, so that a sample of every target
// runs wherever the tests run: PROGRAM [-seed=N] [-runs=N] [CORPUS FILE OR FOLDER]...
// The same seed gives the same inputs. A crash leaves the input in the temp folder as
// crash-<target>.
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size);
// A target that is not reached by random bytes gives its own starting points, one per call with
// counted `number`; 0 when there are no more.
extern "C" __attribute__((weak)) size_t AirgapFuzzSeedInput(size_t number, uint8_t* out,
                                                            size_t max_size);

namespace {

using Input = std::vector<uint8_t>;

constexpr size_t kInputMaxBytes = size_t{64} * 1024;

void AddCorpus(const std::filesystem::path& path, std::vector<Input>* corpus) {
  if (std::filesystem::is_directory(path)) {
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      if (entry.is_regular_file()) AddCorpus(entry.path(), corpus);
    }
    return;
  }
  std::ifstream file(path, std::ios::binary);
  corpus->emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

void AddSeedInputs(std::vector<Input>* corpus) {
  if (AirgapFuzzSeedInput == nullptr) return;
  for (size_t number = 0;; ++number) {
    Input input(kInputMaxBytes);
    size_t size = AirgapFuzzSeedInput(number, input.data(), input.size());
    if (size == 0) return;
    input.resize(size);
    corpus->push_back(std::move(input));
  }
}

// Flips, cuts, repeats, inserts: what finds most parser mistakes.
void Mutate(std::mt19937_64* random, Input* input) {
  auto below = [random](size_t bound) { return bound == 0 ? 0 : (*random)() % bound; };
  for (size_t count = 1 + below(8); count > 0; --count) {
    size_t at = below(input->size() + 1);
    switch (below(6)) {
      case 0:
        if (at < input->size()) (*input)[at] ^= static_cast<uint8_t>(1U << below(8));
        break;
      case 1:
        if (at < input->size()) (*input)[at] = static_cast<uint8_t>((*random)());
        break;
      case 2:
        input->resize(at);
        break;
      case 3:
        input->insert(input->begin() + static_cast<ptrdiff_t>(at), below(16),
                      static_cast<uint8_t>((*random)()));
        break;
      case 4:
        if (at < input->size()) {
          size_t length = below(std::min<size_t>(input->size() - at, 256));
          Input part(input->begin() + static_cast<ptrdiff_t>(at),
                     input->begin() + static_cast<ptrdiff_t>(at + length));
          input->insert(input->begin() + static_cast<ptrdiff_t>(at), part.begin(), part.end());
        }
        break;
      default:
        if (at < input->size()) input->erase(input->begin() + static_cast<ptrdiff_t>(at));
        break;
    }
  }
  if (input->size() > kInputMaxBytes) input->resize(kInputMaxBytes);
}

void Run(const std::string& crash_path, const Input& input) {
  // Written first: a sanitizer ends the process without coming back here.
  std::ofstream file(crash_path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(input.data()),
             static_cast<std::streamsize>(input.size()));
  file.close();
  LLVMFuzzerTestOneInput(input.data(), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  uint64_t seed = std::random_device{}();
  uint64_t runs = 2000;
  std::vector<Input> corpus;
  for (int i = 1; i < argc; ++i) {
    if (strncmp(argv[i], "-seed=", 6) == 0)
      seed = strtoull(argv[i] + 6, nullptr, 10);
    else if (strncmp(argv[i], "-runs=", 6) == 0)
      runs = strtoull(argv[i] + 6, nullptr, 10);
    else
      AddCorpus(argv[i], &corpus);
  }
  AddSeedInputs(&corpus);
  if (corpus.empty()) corpus.emplace_back();
  std::string target = std::filesystem::path(argv[0]).filename();
  printf("%s: seed %llu, %llu runs\n", target.c_str(), static_cast<unsigned long long>(seed),
         static_cast<unsigned long long>(runs));
  fflush(stdout);
  std::string crash_path = std::filesystem::temp_directory_path() / ("crash-" + target);
  std::mt19937_64 random(seed);
  for (const Input& input : corpus) Run(crash_path, input);
  for (uint64_t run = 0; run < runs; ++run) {
    Input input = corpus[random() % corpus.size()];
    Mutate(&random, &input);
    Run(crash_path, input);
  }
  std::filesystem::remove(crash_path);
  return 0;
}

#include "netboot/asset_routes.h"

#include <algorithm>

#include "netboot/factory_paths.h"

namespace airgap {
namespace {

HttpResponse Plain(int status, const std::string& line) {
  return HttpResponse::Text(status, "text/plain; charset=utf-8", line + "\n");
}

HttpResponse Refusal(const Status& status) {
  switch (status.code()) {
    case Code::kIo:
    case Code::kNoSpace:
    case Code::kUnavailable: {
      HttpResponse response = Plain(503, status.message());
      response.AddHeader("Retry-After", "5");
      return response;
    }
    case Code::kInvalidArgument:
      return Plain(400, status.message());
    default:
      return Plain(404, status.message());
  }
}

// Verifies each chunk before the bytes of it are given away.
class VerifyingReader : public BodyReader {
 public:
  VerifyingReader(std::shared_ptr<AssetReader> asset, ByteRange range)
      : asset_(std::move(asset)), range_(range) {}

  Result<size_t> Read(uint64_t offset_bytes, MutableByteSpan out) override {
    size_t size = std::min<uint64_t>(out.size(), range_.length_bytes - offset_bytes);
    RETURN_IF_ERROR(asset_->Read(range_.offset_bytes + offset_bytes, out.subspan(0, size)));
    return size;
  }

 private:
  std::shared_ptr<AssetReader> asset_;
  ByteRange range_;
};

Result<Catalog::AssetLocation> Find(const Catalog& catalog, const std::string& path) {
  Result<Catalog::AssetLocation> location = catalog.FindAsset(path);
  if (location.ok() || !IsFactoryPath(path)) return location;
  std::string other = OtherFactoryPath(path);
  if (!other.empty()) {
    Result<Catalog::AssetLocation> found = catalog.FindAsset(other);
    if (found.ok()) return found;
  }
  std::string carried = CarriedBeside(catalog, path);
  if (carried.empty()) return location;
  return NotFound(location.status().message() + "; carried are:" + carried);
}

std::string EtagOf(const AssetReader& asset) { return "\"" + asset.digest().ToString() + "\""; }

// What the Range header asks for, unless If-Range says that it was meant for another file.
RangeOutcome WantedRange(const HttpRequest& request, const AssetReader& asset, ByteRange* range) {
  *range = {0, asset.size_bytes()};
  std::string if_range = request.Header("if-range");
  if (!if_range.empty() && if_range != EtagOf(asset)) return RangeOutcome::kWhole;
  return ParseRange(request.Header("range"), asset.size_bytes(), range);
}

void FillBody(const std::shared_ptr<AssetReader>& asset, ByteRange range, HttpResponse* response) {
  response->size_bytes = range.length_bytes;
  FileSegment segment = asset->SegmentOf(range.offset_bytes, range.length_bytes);
  if (segment.fd >= 0 && asset->IsRangeVerified(range.offset_bytes, range.length_bytes)) {
    response->file_fd = segment.fd;
    response->file_offset_bytes = segment.offset_bytes;
    response->keep_alive = asset;
  } else {
    response->reader = std::make_shared<VerifyingReader>(asset, range);
  }
}

}  // namespace

Result<std::shared_ptr<AssetReader>> AssetRoutes::Reader(const std::string& path) {
  auto loader = loaders_.find(path);
  if (loader != loaders_.end()) return loader->second;
  if (find_) return find_(path);
  std::shared_ptr<const Catalog> catalog = catalog_();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (readers_of_ != catalog) {
      readers_.clear();
      readers_of_ = catalog;
    }
    auto known = readers_.find(path);
    if (known != readers_.end()) return known->second;
  }
  ASSIGN_OR_RETURN(Catalog::AssetLocation location, Find(*catalog, path));
  ASSIGN_OR_RETURN(std::shared_ptr<AssetReader> reader, AssetReader::Open(catalog, location));
  std::lock_guard<std::mutex> lock(mutex_);
  if (readers_of_ != catalog) return reader;
  return readers_.emplace(path, std::move(reader)).first->second;
}

HttpResponse AssetRoutes::Serve(const HttpRequest& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse response = Plain(405, request.method + " is not offered here");
    response.AddHeader("Allow", "GET, HEAD");
    return response;
  }
  Result<std::shared_ptr<AssetReader>> asset = Reader(request.path.substr(1));
  if (!asset.ok()) return Refusal(asset.status());
  ByteRange range;
  RangeOutcome outcome = WantedRange(request, **asset, &range);
  std::string size = std::to_string((*asset)->size_bytes());
  if (outcome == RangeOutcome::kUnsatisfiable) {
    HttpResponse response =
        Plain(416, "the range lies outside of " + request.path + ", which has " + size + " bytes");
    response.AddHeader("Content-Range", "bytes */" + size);
    return response;
  }
  // The first chunk now, so that an asset that is damaged there is an error and no cut connection.
  Status first =
      (*asset)->VerifyRange(range.offset_bytes, std::min<uint64_t>(range.length_bytes, 1));
  if (!first.ok()) return Refusal(first);
  HttpResponse response;
  if (outcome == RangeOutcome::kPartial) {
    response.status = 206;
    response.AddHeader("Content-Range",
                       "bytes " + std::to_string(range.offset_bytes) + "-" +
                           std::to_string(range.offset_bytes + range.length_bytes - 1) + "/" +
                           size);
  }
  response.AddHeader("Content-Type", "application/octet-stream");
  response.AddHeader("Accept-Ranges", "bytes");
  response.AddHeader("ETag", EtagOf(**asset));
  FillBody(*asset, range, &response);
  return response;
}

}  // namespace airgap

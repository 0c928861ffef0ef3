// What somebody meant who wrote a word that is not known.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace airgap {

// The word of `known` (at least one) with the fewest changed, added or left out characters, case
// aside; the first of several.
std::string Nearest(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace airgap

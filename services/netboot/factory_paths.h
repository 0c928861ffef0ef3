// Paths of Talos's image factory: /image/SCHEMATIC/VERSION/FILE.
// https://github.com/siderolabs/image-factory#http-frontend-api
#pragma once

#include <string>

#include "store/catalog.h"

namespace airgap {

// "image/..." without a leading slash, as assets have it.
bool IsFactoryPath(const std::string& path);

// The factory takes a version with and without its v: the path with the other one, or "" for what
// is no such path.
std::string OtherFactoryPath(const std::string& path);

// What is carried under the same schematic, or of any if there is nothing, for who asked in vain: a
// line each, at most limits::netboot_list_max_count of them.
std::string CarriedBeside(const Catalog& catalog, const std::string& path);

}  // namespace airgap

// Every limit of the product, with its unit in the name. A limit that is reached answers clearly
// (Code::kLimitExceeded, HTTP 413/414/431/503, TFTP error) and the program goes on.
#pragma once

#include <cstddef>
#include <cstdint>

namespace airgap::limits {

inline constexpr uint64_t kKiB = 1024;
inline constexpr uint64_t kMiB = 1024 * kKiB;
inline constexpr uint64_t kGiB = 1024 * kMiB;
inline constexpr uint64_t kTiB = 1024 * kGiB;

// Bundles.
inline constexpr uint64_t bundle_size_max_bytes = 2 * kTiB;
inline constexpr uint64_t bundle_blobs_max_count = 100'000;
inline constexpr uint64_t bundle_other_entries_max_count = 64;
inline constexpr uint64_t index_json_max_bytes = 16 * kMiB;  // parsed: up to 9 times that in RAM
inline constexpr uint64_t manifest_max_bytes = 4 * kMiB;
inline constexpr uint64_t bundles_open_max_count = 64;
inline constexpr uint64_t manifest_cache_max_bytes = 64 * kMiB;
inline constexpr uint64_t asset_chunk_bytes = 1 * kMiB;
inline constexpr uint64_t asset_config_max_bytes = 8 * kMiB;  // one digest a MiB: assets of 120 GiB
inline constexpr uint64_t io_buffer_bytes = 256 * kKiB;

// Proving, signing, splitting and repairing bundles.
inline constexpr size_t bundle_signatures_max_count = 16;
inline constexpr size_t bundle_keys_max_count = 16;  // that an appliance takes bundles of
inline constexpr uint64_t key_file_max_bytes = 64 * kKiB;
inline constexpr uint64_t bundle_part_min_bytes = 64 * kMiB;
inline constexpr size_t bundle_parts_max_count = 600;  // each an open file
inline constexpr uint64_t bundle_parts_manifest_max_bytes = 1 * kMiB;
inline constexpr size_t verify_threads_max_count = 32;
inline constexpr uint64_t verify_buffer_bytes = 512 * kKiB;
inline constexpr uint64_t verify_buffers_max_bytes = 32 * kMiB;  // of all threads
inline constexpr uint64_t verify_first_min_bytes = 32 * kMiB;    // blobs that are hashed first

// Taking images from layouts, archives and registries.
inline constexpr int image_index_depth_max = 5;
inline constexpr int referrer_depth_max = 4;          // a signature of an SBOM of an image is 2
inline constexpr size_t referrers_max_count = 1'000;  // of one subject
inline constexpr size_t archive_entries_max_count = 200'000;
inline constexpr size_t archive_name_max_bytes = 4'096;
inline constexpr uint64_t spool_reserve_bytes = 64 * kMiB;  // left free beside unpacked blobs

// Making a bundle.
inline constexpr unsigned create_jobs_default_count = 8;
inline constexpr unsigned create_jobs_max_count = 64;
inline constexpr unsigned create_failures_max_count = 16;  // in a row: then the network is off
inline constexpr uint64_t write_journal_step_bytes = 16 * kMiB;  // fetched again at most, per blob
inline constexpr uint64_t write_journal_max_bytes = 64 * kMiB;
inline constexpr size_t recipe_max_bytes = 1 * kMiB;
inline constexpr size_t image_list_max_bytes = 4 * kMiB;
inline constexpr size_t credential_helper_reply_max_bytes = 64 * kKiB;
inline constexpr unsigned credential_helper_timeout_s = 30;

// Proving that a bundle is complete: rendered manifests, and what running nodes list.
inline constexpr size_t rendered_files_max_count = 20'000;
inline constexpr int rendered_folder_depth_max = 32;
inline constexpr uint64_t rendered_file_max_bytes = 64 * kMiB;      // unpacked
inline constexpr uint64_t rendered_total_max_bytes = 1 * kGiB;      // of all files, unpacked
inline constexpr uint64_t rendered_embedded_max_bytes = 16 * kMiB;  // one value of a ConfigMap
inline constexpr size_t rendered_references_max_count = 100'000;
inline constexpr uint64_t live_list_max_bytes = 64 * kMiB;
inline constexpr size_t live_images_max_count = 100'000;

// The overlay: what clients push.
inline constexpr size_t uploads_max_count = 1'000;
inline constexpr uint64_t upload_space_check_bytes = 4 * kMiB;
inline constexpr unsigned upload_idle_max_s = 3'600;
inline constexpr uint64_t overlay_reserve_bytes = 64 * kMiB;  // left free on its file system
inline constexpr unsigned manifests_taken_max_count = 16;     // at once, each in memory
inline constexpr size_t push_tags_max_count = 64;             // that one manifest is put under

// Documents and names.
inline constexpr int json_depth_max = 64;
inline constexpr size_t yaml_depth_max = 32;
inline constexpr size_t yaml_values_max_count = 100'000;
// What programs write: one document of a stream, each alias counted as what it stands for.
inline constexpr size_t yaml_stream_depth_max = 256;
inline constexpr size_t yaml_stream_values_max_count = 1'000'000;
inline constexpr size_t json_default_max_bytes = 4 * kMiB;
inline constexpr size_t repository_name_max_bytes = 255;
inline constexpr size_t tag_max_bytes = 128;
inline constexpr size_t reference_max_bytes = 1024;
inline constexpr size_t asset_path_max_bytes = 512;

// HTTP.
inline constexpr unsigned http_connections_max_count = 1'000;
inline constexpr unsigned http_ending_max_count = 64;  // idle ones that make room, above the limit
inline constexpr unsigned http_idle_makes_room_ms = 1'000;
inline constexpr size_t http_request_head_max_bytes = 16 * kKiB;
inline constexpr unsigned http_idle_timeout_s = 60;
inline constexpr unsigned http_client_stall_timeout_s = 90;
inline constexpr unsigned tls_handshake_timeout_s = 10;
inline constexpr unsigned tls_handshakes_max_count = 500;  // at once, per front thread
inline constexpr unsigned tls_linger_timeout_s = 10;  // for a client's last bytes, without progress
inline constexpr size_t tls_record_max_bytes = 16 * kKiB;
inline constexpr size_t pump_socket_buffer_bytes = 128 * kKiB;
inline constexpr size_t http_thread_stack_bytes = 128 * kKiB;
inline constexpr size_t http_body_block_bytes = 32 * kKiB;
inline constexpr uint64_t http_dropped_body_max_bytes = 256 * kMiB;  // of a body that was refused
inline constexpr size_t clients_listed_max_count = 200;
inline constexpr uint64_t tags_page_max_count = 1'000;

// HTTP client.
inline constexpr unsigned http_redirects_max_count = 5;
inline constexpr unsigned http_attempts_max_count = 5;  // without progress between them
inline constexpr unsigned http_connect_timeout_s = 30;
inline constexpr unsigned http_stall_timeout_s = 60;  // less than 1 byte a second for so long
inline constexpr unsigned http_retry_wait_max_s = 60;
inline constexpr size_t http_reply_head_max_bytes = 64 * kKiB;
inline constexpr size_t http_error_body_max_bytes = 64 * kKiB;
inline constexpr size_t registry_token_max_bytes = 64 * kKiB;
inline constexpr size_t credentials_file_max_bytes = 1 * kMiB;

// Logins.
inline constexpr size_t user_name_max_bytes = 64;
inline constexpr size_t password_min_bytes = 8;
inline constexpr size_t password_max_bytes = 1'024;
inline constexpr size_t logins_file_max_bytes = 64 * kKiB;
inline constexpr unsigned login_checks_waiting_max_count = 16;
inline constexpr size_t logins_remembered_max_count = 256;

// The site file.
inline constexpr size_t site_file_max_bytes = 256 * kKiB;
inline constexpr size_t identity_max_bytes = 64 * kKiB;
inline constexpr size_t site_mistakes_max_count = 50;  // named at once
inline constexpr size_t site_name_max_characters = 64;
inline constexpr size_t site_host_names_max_count = 64;
inline constexpr size_t site_users_max_count = 64;
inline constexpr size_t host_name_max_bytes = 253;
inline constexpr size_t host_label_max_bytes = 63;
inline constexpr size_t adapter_name_max_bytes = 15;  // IFNAMSIZ of Linux less its end
inline constexpr size_t bond_interfaces_min_count = 2;
inline constexpr size_t bond_interfaces_max_count = 8;
inline constexpr uint16_t vlan_max_id = 4'094;
inline constexpr size_t site_addresses_max_count = 8;
inline constexpr size_t site_gateways_max_count = 2;  // one for IPv4, one for IPv6
inline constexpr size_t site_ntp_max_count = 4;
inline constexpr size_t site_dns_max_count = 3;               // as many as a resolver reads
inline constexpr size_t support_file_max_bytes = 256 * kKiB;  // of each file in a support bundle
inline constexpr size_t support_bundle_max_bytes = 8 * kMiB;
inline constexpr size_t site_report_max_bytes = 16 * kKiB;  // of each file that the console shows

// What an image may issue certificates for, and the state that it has room for.
inline constexpr size_t authority_names_max_count = 64;    // of a site's CA
inline constexpr size_t authority_subnets_max_count = 64;  // the same
inline constexpr size_t image_contents_max_bytes = 512 * kKiB;
inline constexpr uint64_t state_default_bytes = 256 * kMiB;
inline constexpr uint64_t state_min_bytes = 16 * kMiB;
inline constexpr uint64_t state_max_bytes = kTiB;

// TFTP (RFC 2347, 2348, 2349, 7440).
inline constexpr size_t tftp_clients_max_count = 1'000;
inline constexpr size_t tftp_block_size_min_bytes = 8;
inline constexpr size_t tftp_block_size_max_bytes = 65'464;
inline constexpr uint16_t tftp_window_max_blocks = 64;
inline constexpr size_t tftp_window_max_bytes = 96 * kKiB;  // what a transfer holds in RAM
inline constexpr size_t tftp_read_ahead_bytes = 32 * kKiB;  // read at once for small windows
inline constexpr unsigned tftp_timeout_max_s = 255;
inline constexpr unsigned tftp_retries_max_count = 5;
inline constexpr unsigned tftp_unanswered_retries_max_count = 2;  // whoever asked may be forged
inline constexpr unsigned tftp_stall_timeout_s = 60;  // no progress, or a medium that hangs
inline constexpr size_t tftp_request_max_bytes = 1'024;

// Netboot: what says which machine boots what.
inline constexpr size_t netboot_file_max_bytes = 64 * kKiB;    // a group, a profile
inline constexpr size_t netboot_filled_max_bytes = kMiB;       // a template, filled
inline constexpr size_t netboot_files_max_count = 10'000;      // of each kind
inline constexpr size_t netboot_text_max_bytes = 1'024;        // a URL, a name, a label
inline constexpr size_t netboot_list_max_count = 128;          // arguments, files, selectors
inline constexpr size_t kernel_arguments_max_bytes = 2'047;    // COMMAND_LINE_SIZE of Linux
inline constexpr size_t machine_configs_max_bytes = 8 * kMiB;  // all of a site, unpacked
inline constexpr long key_iterations_max_count = 10'000'000;   // of a password that opens them
inline constexpr size_t boot_loader_max_bytes = 4 * kMiB;

// DHCP.
inline constexpr size_t dhcp_settings_max_bytes = 256 * kKiB;  // as `site read` writes them
inline constexpr size_t dhcp_reservations_max_count = 1'000;
inline constexpr size_t dhcp_relayed_max_count = 64;
inline constexpr size_t dhcp_packet_max_bytes = 1'500;  // one frame of Ethernet
inline constexpr size_t dhcp_servers_listed_max_count = 8;
inline constexpr size_t dhcp_transactions_max_count = 256;  // of clients that boot, at a time
inline constexpr size_t log_line_max_bytes = 4'096;
inline constexpr unsigned dhcp_lease_max_h = 30 * 24;
inline constexpr unsigned dhcp_lease_default_h = 12;
inline constexpr unsigned netboot_armed_max_h = 7 * 24;
inline constexpr unsigned netboot_armed_default_h = 12;

// Handoff.
inline constexpr unsigned handoff_jobs_default_count = 4;
inline constexpr unsigned handoff_jobs_max_count = 32;
inline constexpr size_t handoff_problems_max_count = 1'000;  // named at once
inline constexpr size_t registry_repositories_max_count = 100'000;
inline constexpr size_t registry_tags_max_count = 100'000;  // of one repository
inline constexpr size_t handoff_text_max_bytes = 512;       // a URL, a name, a replacement
inline constexpr size_t handoff_nodes_max_count = 1'000;
inline constexpr size_t handoff_settings_max_bytes = 512 * kKiB;
inline constexpr size_t handoff_events_listed_max_count = 100;
inline constexpr size_t probe_program_max_bytes = 64 * kMiB;

// Control.
inline constexpr size_t event_max_bytes = 128 * kKiB;
inline constexpr size_t corrupt_listed_max_count = 100;
inline constexpr size_t nodes_max_count = 1'000;
inline constexpr size_t nodes_listed_max_count = 250;  // in one event
inline constexpr size_t dependents_max_count = 16;     // of one service
inline constexpr size_t node_text_max_bytes = 64;      // a serial number, a product's name

static_assert(asset_chunk_bytes % io_buffer_bytes == 0);
static_assert(2 * verify_threads_max_count * verify_buffer_bytes <= verify_buffers_max_bytes);
static_assert(bundle_size_max_bytes / bundle_parts_max_count <= 4 * kGiB - 64 * kKiB);
static_assert(tftp_read_ahead_bytes <= tftp_window_max_bytes);
static_assert(tftp_block_size_max_bytes <= tftp_window_max_bytes);
static_assert(manifest_max_bytes <= index_json_max_bytes);
static_assert(archive_entries_max_count >= bundle_blobs_max_count);
static_assert(json_default_max_bytes >= manifest_max_bytes);
static_assert(create_jobs_default_count <= create_jobs_max_count);

}  // namespace airgap::limits

# The initramfs and the base ISO. FIRMWARE=all takes large firmware files as well.

FIRMWARE ?= common
IMAGE_FIRMWARE := bnx2 bnx2x cavium intel-misc linux-free misc-nonfree myricom netronome netxen \
  qlogic realtek
IMAGE_GRUB := grub-common grub-pc-bin libc6 libcap2 libdevmapper1.02.1 liblzma5 libpcre2-8-0 \
  libselinux1 libudev1
IMAGE_DEBS := linux $(IMAGE_FIRMWARE:%=firmware-%) $(IMAGE_GRUB) grub-efi-amd64-signed \
  shim-signed shim-helpers-amd64-signed
# What is in the base ISO, as its SBOM and its licence texts say; a test finds what is missing here.
IMAGE_CONTENT := linux $(IMAGE_FIRMWARE:%=firmware-%) grub-pc-bin grub-efi-amd64-signed \
  shim-signed shim-helpers-amd64-signed busybox e2fsprogs openssl libmicrohttpd libarchive curl \
  sqlite3 libyaml yyjson qrcodegen zlib zstd xz cli11 musl zig
IMAGE_SERVICES := cozy-airgap registryd controld tftpd airgap-console confine

$(BUILD)/debs/.complete: images/unpack-debs $(IMAGE_DEBS:%=rootfs/packages/%/pin)
	@scripts/fetch $(IMAGE_DEBS)
	@echo "  unpack  $(@D)"
	@images/unpack-debs $(@D) $(IMAGE_DEBS)
	@touch $@

$(BUILD)/drivers/.complete: $(BUILD)/debs/.complete rootfs/select-modules rootfs/select-firmware \
  rootfs/modules.list $(BUILD)/firmware.choice
	@echo "  drivers  $(@D)"
	@rootfs/select-modules rootfs/modules.list $(BUILD)/debs/linux/usr $(@D)
	@rootfs/select-firmware $(FIRMWARE) $(@D) $(BUILD)/debs $(@D) $(BUILD)/firmware.txt
	@touch $@

# Changes when FIRMWARE does.
$(BUILD)/firmware.choice: FORCE
	@mkdir -p $(@D)
	@echo $(FIRMWARE) | cmp -s - $@ || echo $(FIRMWARE) > $@

.PHONY: FORCE
FORCE:

$(BUILD)/rootfs.cpio.zst: rootfs/make-initramfs $(BUILD)/drivers/.complete \
  $(BUILD)/deps/musl/.complete $(IMAGE_SERVICES:%=$(BUILD)/bin/%) \
  $(shell find appliance rootfs/overlay -type f)
	@echo "  initramfs  $@"
	@rootfs/make-initramfs $(BUILD)/deps/musl/bin $(BUILD)/bin $(BUILD)/drivers $@

$(BUILD)/base.iso: images/make-base-iso $(BUILD)/rootfs.cpio.zst $(wildcard images/grub/*) \
  $(BUILD)/base.spdx.json
	@echo "  iso  $@"
	@images/make-base-iso $(BUILD)/debs $(BUILD)/rootfs.cpio.zst $(BUILD)/base-licences.txt $@

$(BUILD)/base.spdx.json: images/make-sbom bundle-store/base/version.h LICENSE \
  $(wildcard $(IMAGE_CONTENT:%=rootfs/packages/%/pin) $(IMAGE_CONTENT:%=rootfs/packages/%/about))
	@mkdir -p $(@D)
	@scripts/fetch $(filter-out musl,$(IMAGE_CONTENT))
	@echo "  sbom  $@"
	@images/make-sbom $@ $(BUILD)/base-licences.txt $(IMAGE_CONTENT)

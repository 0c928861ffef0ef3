# The initramfs, the base ISO and the appliance image: for amd64 in build/, for arm64 in
# build/arm64/. FIRMWARE=all takes large firmware files as well.

FIRMWARE ?= common
IMAGE_FIRMWARE := bnx2 bnx2x cavium intel-misc linux-free misc-nonfree myricom netronome netxen \
  qlogic realtek
IMAGE_GRUB := grub-common grub-pc-bin libc6 libcap2 libdevmapper1.02.1 liblzma5 libpcre2-8-0 \
  libselinux1 libudev1
IMAGE_DEBS_amd64 := linux $(IMAGE_FIRMWARE:%=firmware-%) $(IMAGE_GRUB) grub-efi-amd64-signed \
  shim-signed shim-helpers-amd64-signed ipxe
IMAGE_DEBS_arm64 := linux-arm64 $(IMAGE_FIRMWARE:%=firmware-%) grub-efi-arm64-signed \
  shim-signed-arm64 shim-helpers-arm64-signed ipxe
# What is in a base ISO, as its SBOM and its licence texts say; a test finds what is missing here.
IMAGE_PROGRAMS := busybox dnsmasq e2fsprogs openssl libmicrohttpd libarchive curl sqlite3 libyaml \
  yyjson qrcodegen zlib zstd xz cli11 musl zig
IMAGE_CONTENT_amd64 := $(filter-out $(filter-out grub-pc-bin,$(IMAGE_GRUB)),$(IMAGE_DEBS_amd64)) \
  $(IMAGE_PROGRAMS)
IMAGE_CONTENT_arm64 := $(IMAGE_DEBS_arm64) $(IMAGE_PROGRAMS)
IMAGE_SERVICES := cozy-airgap registryd controld tftpd netbootd airgap-console confine

# One architecture: $1 its name, $2 where it is built, $3 the target of its packages, $4 the package
# of its kernel.
define image
$2/debs/.complete: images/unpack-debs $(IMAGE_DEBS_$1:%=rootfs/packages/%/pin)
	@scripts/fetch $(IMAGE_DEBS_$1)
	@echo "  unpack  $$(@D)"
	@images/unpack-debs $$(@D) $(IMAGE_DEBS_$1)
	@touch $$@

$2/drivers/.complete: $2/debs/.complete rootfs/select-modules rootfs/select-firmware \
  rootfs/modules.list $(BUILD)/firmware.choice
	@echo "  drivers  $$(@D)"
	@rootfs/select-modules rootfs/modules.list $1 $2/debs/$4/usr $$(@D)
	@rootfs/select-firmware $(FIRMWARE) $$(@D) $2/debs $$(@D) $2/firmware.txt
	@touch $$@

$2/rootfs.cpio.zst: rootfs/make-initramfs $2/drivers/.complete $(BUILD)/deps/$3/.complete \
  $(IMAGE_SERVICES:%=$2/bin/%) $(shell find appliance rootfs/overlay -type f)
	@echo "  initramfs  $$@"
	@rootfs/make-initramfs $(BUILD)/deps/$3 $2/bin $2/debs $2/drivers $$@

$2/base.iso: images/make-base-iso $2/rootfs.cpio.zst $(wildcard images/grub/*) $2/base.spdx.json
	@echo "  iso  $$@"
	@images/make-base-iso $1 $2/debs $2/rootfs.cpio.zst $2/base-licences.txt $$@

$2/base.spdx.json: images/make-sbom bundle-store/base/version.h LICENSE \
  $(wildcard $(IMAGE_CONTENT_$1:%=rootfs/packages/%/pin) \
  $(IMAGE_CONTENT_$1:%=rootfs/packages/%/about))
	@mkdir -p $$(@D)
	@scripts/fetch $(filter-out musl,$(IMAGE_CONTENT_$1))
	@echo "  sbom  $$@"
	@images/make-sbom $$@ $2/base-licences.txt $(IMAGE_CONTENT_$1)

$2/appliance.iso: $2/base.iso $(BUILD)/demo-bundle.tar $(BUILD)/bin/cozy-airgap
	@$(BUILD)/bin/cozy-airgap image build --base $2/base.iso --bundle $(BUILD)/demo-bundle.tar \
	  --file $$@
endef

$(eval $(call image,amd64,$(BUILD),musl,linux))
$(eval $(call image,arm64,$(BUILD)/arm64,musl-arm64,linux-arm64))

# Changes when FIRMWARE does.
$(BUILD)/firmware.choice: FORCE
	@mkdir -p $(@D)
	@echo $(FIRMWARE) | cmp -s - $@ || echo $(FIRMWARE) > $@

.PHONY: FORCE
FORCE:

$(BUILD)/demo-bundle.tar: scripts/demo-bundle $(BUILD)/bin/cozy-airgap $(BUILD)/rootfs.cpio.zst
	@scripts/demo-bundle $@

# shellcheck shell=sh disable=SC2034
# QEMU's virt board: 4K pages, GICv2, PL011 console, virtio over MMIO.
kernel_arch=arm64
kernel_target=Image
kernel_image=arch/arm64/boot/Image
compile_prefix=aarch64-linux-gnu-
[ "$(uname -m)" != aarch64 ] || compile_prefix=
qemu='qemu-system-aarch64'
console=ttyAMA0
early_console=earlycon=pl011,mmio32,0x9000000
# Where QEMU puts them: 2 MiB and 128 MiB above where RAM begins.
kernel_address=0x40200000
initramfs_address=0x48000000
virtio_serial=virtio-serial-device
has_device_tree=yes
machine='-M virt,dtb-randomness=off'
cpu_tcg='-cpu cortex-a72'
cpu_kvm='-cpu host'
kvm_host=aarch64
command_line='nokaslr'

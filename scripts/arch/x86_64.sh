# shellcheck shell=sh disable=SC2034
# QEMU's q35 board: 8250 console, virtio over PCI, no device tree.
kernel_arch=x86_64
kernel_target=bzImage
kernel_image=arch/x86/boot/bzImage
compile_prefix=x86_64-linux-gnu-
[ "$(uname -m)" != x86_64 ] || compile_prefix=
qemu='qemu-system-x86_64'
console=ttyS0
early_console=earlycon=uart8250,io,0x3f8,115200
virtio_serial=virtio-serial-pci
has_device_tree=no
# QEMU 7.2 gives newer boards' kernels a random seed, another one each boot: no two
# boots would do the same.
machine='-M pc-q35-7.1'
cpu_tcg='-cpu qemu64,+rdtscp'
cpu_kvm='-cpu host'
kvm_host=x86_64
# Under load the timer's first ticks can be late: that is no fault of the guest's.
command_line='nokaslr clocksource=tsc tsc=reliable random.trust_cpu=off no_timer_check'

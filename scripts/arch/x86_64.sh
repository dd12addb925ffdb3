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
# Without ioeventfd the processor that notifies does the work: with it QEMU's other
# thread does, some instructions later, and no two boots are alike.
virtio_serial=virtio-serial-pci,ioeventfd=off
has_device_tree=no
machine='-M q35'
# Pages of 1 GiB, for hugetlb_cma=.
cpu_tcg='-cpu qemu64,+rdtscp,+pdpe1gb'
cpu_kvm='-cpu host'
kvm_host=x86_64
# Under load the timer's first ticks can be late: that is no fault of the guest's.
command_line='nokaslr clocksource=tsc tsc=reliable random.trust_cpu=off no_timer_check'

//! What a network device does by itself: the `ethtool` ioctls of linux/ethtool.h, netdevice(7). Anybody may ask.

use libc::{c_uint, ifreq};
use nix::errno::Errno;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// Something that a device does, or does not. The number is that of the command that asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Feature {
    /// It computes the checksums of what is sent: `ETHTOOL_GTXCSUM`.
    TransmitChecksum = 0x16,
    /// It fetches the parts of a packet from wherever they are in memory: `ETHTOOL_GSG`.
    ScatterGather = 0x18,
    /// It cuts large TCP packets into segments: `ETHTOOL_GTSO`.
    Segmentation = 0x1e,
}

/// `struct ethtool_value` of linux/ethtool.h.
#[repr(C)]
struct Value {
    command: u32,
    data: u32,
}

/// Whether a device has a feature, and it is switched on.
///
/// # Errors
///
/// `ENXIO` or `ENODEV` (there is no such device in this network namespace), `EOPNOTSUPP` (it does not tell).
pub fn has(device: c_uint, feature: Feature) -> nix::Result<bool> {
    let mut value = Value {
        command: feature as u32,
        data: 0,
    };
    let mut request = named(device)?;
    request.ifr_ifru.ifru_data = (&raw mut value).cast();
    let socket = any_socket()?;
    // SAFETY: the kernel reads the name and the pointer of the request, and what that points to is the structure that
    // these commands read and write.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCETHTOOL, &raw mut request) };
    Errno::result(result).map(|_| value.data != 0)
}

/// A request that names the device.
fn named(device: c_uint) -> nix::Result<ifreq> {
    // SAFETY: all-zero is a valid request: an empty name, and no pointer.
    let mut request: ifreq = unsafe { std::mem::zeroed() };
    // SAFETY: the field is of `IF_NAMESIZE` bytes, which is what if_indextoname(3) wants.
    let name = unsafe { libc::if_indextoname(device, request.ifr_name.as_mut_ptr()) };
    if name.is_null() {
        return Err(Errno::last());
    }
    Ok(request)
}

/// These requests go to the network namespace of a socket, whatever its kind.
fn any_socket() -> nix::Result<OwnedFd> {
    // SAFETY: no memory is passed.
    let socket = unsafe { libc::socket(libc::AF_UNIX, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0) };
    let descriptor = Errno::result(socket)?;
    // SAFETY: the kernel has just made it, for us.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

//! What network devices say of themselves.

mod common;

use common::alone;
use ferronio::kernel::ethtool::{Feature, has};
use nix::errno::Errno;

#[test]
fn loopback_fetches_parts_from_wherever_they_are() {
    let _alone = alone();
    // SAFETY: the name ends with a NUL.
    let loopback = unsafe { libc::if_nametoindex(c"lo".as_ptr()) };
    assert_ne!(loopback, 0, "there is no lo here");
    // drivers/net/loopback.c: both are fixed.
    assert_eq!(has(loopback, Feature::ScatterGather), Ok(true));
    assert_eq!(has(loopback, Feature::TransmitChecksum), Ok(true));
    assert!(has(loopback, Feature::Segmentation).is_ok());
}

#[test]
fn a_device_that_there_is_not_is_an_error() {
    let _alone = alone();
    for device in [0, i32::MAX as u32] {
        let answer = has(device, Feature::ScatterGather);
        assert!(
            matches!(answer, Err(Errno::ENXIO | Errno::ENODEV)),
            "{answer:?}"
        );
    }
}

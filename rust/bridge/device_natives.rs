//! `io.ferronio.internal.DeviceNatives`: what a network device does by itself.

use super::boundary;
use crate::kernel::ethtool::{self, Feature};
use jni_sys::{JNIEnv, jclass, jint, jlong};
use nix::errno::Errno;

/// `static native long hasScatterGather(int device)`: 1 or 0.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_DeviceNatives_hasScatterGather(
    env: *mut JNIEnv,
    _class: jclass,
    device: jint,
) -> jlong {
    has(env, device, Feature::ScatterGather)
}

/// `static native long hasTransmitChecksum(int device)`: 1 or 0.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_DeviceNatives_hasTransmitChecksum(
    env: *mut JNIEnv,
    _class: jclass,
    device: jint,
) -> jlong {
    has(env, device, Feature::TransmitChecksum)
}

/// `static native long hasSegmentation(int device)`: 1 or 0.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_DeviceNatives_hasSegmentation(
    env: *mut JNIEnv,
    _class: jclass,
    device: jint,
) -> jlong {
    has(env, device, Feature::Segmentation)
}

fn has(env: *mut JNIEnv, device: jint, feature: Feature) -> jlong {
    boundary::hot(env, || {
        let device = u32::try_from(device).map_err(|_| Errno::ENODEV)?;
        ethtool::has(device, feature).map(jlong::from)
    })
}

//! The only code that knows JNI: one file per Java class with natives, named after it.
//!
//! * *Hot* natives run on every transfer or mapping. They are static, take and give primitives, never touch
//!   the `JNIEnv`, and return a value >= 0 or `-errno`: see [`boundary::hot`].
//! * *Cold* natives run at start-up, for a report or once per collection of garbage. They use the `jni` crate: see [`boundary::cold`].
//!
//! Neither lets a panic cross into the JVM.

mod advice_natives;
mod boundary;
mod boundary_natives;
mod class_rewriting;
mod device_natives;
mod fault_reports;
mod file_copy_natives;
mod guard_natives;
mod jdk_access;
mod kernel_natives;
mod lease_natives;
mod mapping_natives;
mod mapping_watch;
mod native_library;
mod performance_natives;
mod pipe_natives;
mod queue_natives;
mod residency_natives;
mod tool_interface;
mod transfer_natives;
mod waiting_natives;

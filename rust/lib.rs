//! FerroNIO's native half: zero-copy file and socket I/O for the JVM on Linux.
//!
//! This file is the map of the crate and nothing else. Dependencies point one way:
//!
//! ```text
//! bridge ──> transfer, mapping, guard ──> kernel
//! ```
//!
//! * [`kernel`]: one file per kernel facility; typed and checked, no policy, no JNI.
//! * [`transfer`]: moves bytes between two descriptors.
//! * [`mapping`]: mappings and their lives (mapped, retired, gone), and the registry of their ranges.
//! * [`guard`]: the SIGBUS handler that keeps the JVM alive when a mapped page cannot be had.
//! * `bridge`: the only code that knows JNI; one file per Java class with natives.

mod bridge;
pub mod guard;
pub mod kernel;
pub mod mapping;
pub mod transfer;

//! Link options that only the shared library needs.

fn main() {
    println!("cargo:rerun-if-changed=rust/build.rs");
    // The SIGBUS handler stays installed for the life of the process, so its code must stay mapped even
    // when the class loader that loaded this library is collected and the JVM calls dlclose(3).
    println!("cargo:rustc-link-arg-cdylib=-Wl,-z,nodelete");
}

//! The tests' own native code: a library that reads and writes memory as any native library would, and that may
//! put a SIGBUS handler of its own beside the guard's. The natives of `io.ferronio.testing.TestNatives`.
//!
//! Preloaded (`LD_PRELOAD`), it also takes away from the process what `FERRONIO_TEST_MISSING` names: as on a JVM, or on a kernel,
//! that never had it.

#![allow(missing_docs, reason = "the Java class describes them")]

use jni_sys::{JNIEnv, jboolean, jclass, jint, jlong, jobject};
use libc::{c_char, c_int, c_uint, c_ulong, c_ushort, c_void, siginfo_t};
use std::ffi::CStr;
use std::io::Error;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering::SeqCst};

#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_testing_TestNatives_address(
    env: *mut JNIEnv,
    _class: jclass,
    buffer: jobject,
) -> jlong {
    // SAFETY: the JVM passes its environment and a reference that is valid here; a null is a heap buffer's.
    unsafe { ((**env).v1_4.GetDirectBufferAddress)(env, buffer).addr() as jlong }
}

#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_testing_TestNatives_sum(
    _env: *mut JNIEnv,
    _class: jclass,
    address: jlong,
    length: jlong,
) -> jlong {
    let bytes = ptr::with_exposed_provenance::<u8>(address as usize);
    (0..length as usize)
        // SAFETY: Java keeps the range mapped; whether its pages can be had is for the guard to see to.
        .map(|index| jlong::from(unsafe { bytes.add(index).read_volatile() }))
        .sum()
}

#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_testing_TestNatives_fill(
    _env: *mut JNIEnv,
    _class: jclass,
    address: jlong,
    length: jlong,
    value: jint,
) {
    let bytes = ptr::with_exposed_provenance_mut::<u8>(address as usize);
    for index in 0..length as usize {
        // SAFETY: as in `sum`; and the range is mapped for writing.
        unsafe { bytes.add(index).write_volatile(value as u8) };
    }
}

/// What was installed before this library's handler; leaked, so that the handler may read it at any time.
static PREVIOUS: AtomicPtr<libc::sigaction> = AtomicPtr::new(ptr::null_mut());
static CHAINS: AtomicBool = AtomicBool::new(false);
/// The page whose faults are this library's business, 0 before it is mapped.
static OWN_PAGE: AtomicUsize = AtomicUsize::new(0);
static HANDLED: AtomicU64 = AtomicU64::new(0);
static CURED: AtomicU64 = AtomicU64::new(0);

const PAGE: usize = 4096;

#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_testing_TestNatives_installHandler(
    _env: *mut JNIEnv,
    _class: jclass,
    chain: jboolean,
) -> jlong {
    let mut previous = Box::new(MaybeUninit::<libc::sigaction>::zeroed());
    // SAFETY: a null second argument asks without changing; all-zero is a valid sigaction, too.
    if unsafe { libc::sigaction(libc::SIGBUS, ptr::null(), previous.as_mut_ptr()) } == -1 {
        return -error_number();
    }
    // SAFETY: sigaction(2) has filled it.
    let previous = unsafe { Box::leak(previous).assume_init_mut() };
    if previous.sa_sigaction != on_sigbus as *const () as usize {
        PREVIOUS.store(previous, SeqCst);
    }
    CHAINS.store(chain, SeqCst);
    // SAFETY: all-zero is a valid sigaction: no flags, an empty mask.
    let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    action.sa_sigaction = on_sigbus as *const () as usize;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
    // SAFETY: the handler has the type of SA_SIGINFO, is async-signal-safe, and this library stays loaded.
    if unsafe { libc::sigaction(libc::SIGBUS, &raw const action, ptr::null_mut()) } == -1 {
        return -error_number();
    }
    0
}

#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_testing_TestNatives_handled(
    _env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    HANDLED.load(SeqCst) as jlong
}

#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_testing_TestNatives_cured(
    _env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    CURED.load(SeqCst) as jlong
}

#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_testing_TestNatives_faultingPage(
    _env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    let page = OWN_PAGE.load(SeqCst);
    let address = ptr::with_exposed_provenance_mut(page);
    let flags = libc::MAP_SHARED | if page == 0 { 0 } else { libc::MAP_FIXED };
    // SAFETY: a file of no bytes; its page, once there is one, is this library's own.
    unsafe {
        let file = libc::memfd_create(c"ferronio-test".as_ptr(), libc::MFD_CLOEXEC);
        if file == -1 {
            return -error_number();
        }
        let mapped = libc::mmap(address, PAGE, libc::PROT_READ, flags, file, 0);
        let failure = error_number();
        libc::close(file);
        if mapped == libc::MAP_FAILED {
            return -failure;
        }
        OWN_PAGE.store(mapped.expose_provenance(), SeqCst);
        mapped.addr() as jlong
    }
}

fn error_number() -> jlong {
    Error::last_os_error().raw_os_error().map_or(0, jlong::from)
}

/// # Safety
///
/// Called by the kernel, as a handler with `SA_SIGINFO`, or by a handler that passes a signal on.
unsafe extern "C" fn on_sigbus(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    HANDLED.fetch_add(1, SeqCst);
    // SAFETY: the kernel passes a valid siginfo_t; SIGBUS fills si_addr.
    let address = unsafe { (*info).si_addr() }.addr();
    let own = OWN_PAGE.load(SeqCst);
    if own != 0 && (own..own + PAGE).contains(&address) {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED;
        let page = ptr::with_exposed_provenance_mut(own);
        // SAFETY: replaces the one page that is this library's own.
        if unsafe { libc::mmap(page, PAGE, libc::PROT_READ, flags, -1, 0) } != libc::MAP_FAILED {
            CURED.fetch_add(1, SeqCst);
            return;
        }
    }
    let previous = PREVIOUS.load(SeqCst);
    if CHAINS.load(SeqCst) && !previous.is_null() {
        // SAFETY: leaked and never written again.
        let previous = unsafe { &*previous };
        let handler = previous.sa_sigaction;
        if handler != libc::SIG_DFL && handler != libc::SIG_IGN {
            if previous.sa_flags & libc::SA_SIGINFO != 0 {
                // SAFETY: sigaction(2) said that it is a handler of this type.
                let handler: unsafe extern "C" fn(c_int, *mut siginfo_t, *mut c_void) =
                    unsafe { std::mem::transmute(handler) };
                // SAFETY: the arguments are the kernel's own.
                unsafe { handler(signal, info, context) };
            } else {
                // SAFETY: likewise.
                let handler: unsafe extern "C" fn(c_int) = unsafe { std::mem::transmute(handler) };
                // SAFETY: the argument is the kernel's own.
                unsafe { handler(signal) };
            }
            return;
        }
    }
    // Nobody knows it: the access runs again, and the default action ends the process.
    // SAFETY: async-signal-safe.
    unsafe { libc::signal(libc::SIGBUS, libc::SIG_DFL) };
}

fn is_missing(name: &CStr) -> bool {
    // SAFETY: nobody changes the environment of a test's JVM.
    let missing = unsafe { libc::getenv(c"FERRONIO_TEST_MISSING".as_ptr()) };
    // SAFETY: getenv(3) gives null or a string.
    !missing.is_null() && unsafe { CStr::from_ptr(missing) } == name
}

#[cfg(target_arch = "x86_64")]
const FIRST_GLIBC: &CStr = c"GLIBC_2.2.5";
#[cfg(target_arch = "aarch64")]
const FIRST_GLIBC: &CStr = c"GLIBC_2.17";

/// # Safety
///
/// As for dlsym(3).
#[unsafe(no_mangle)]
unsafe extern "C" fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void {
    // SAFETY: the caller's promise.
    if is_missing(unsafe { CStr::from_ptr(name) }) {
        return ptr::null_mut();
    }
    // SAFETY: asks for the C library's function, which has the type of this one.
    unsafe {
        let found = libc::dlvsym(libc::RTLD_NEXT, c"dlsym".as_ptr(), FIRST_GLIBC.as_ptr());
        let dlsym: unsafe extern "C" fn(*mut c_void, *const c_char) -> *mut c_void =
            std::mem::transmute(found);
        dlsym(library, name)
    }
}

/// # Safety
///
/// As for memfd_create(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn memfd_create(name: *const c_char, flags: c_uint) -> c_int {
    if is_missing(c"memfd_create") {
        // SAFETY: the address of this thread's own errno.
        unsafe { *libc::__errno_location() = libc::ENOSYS };
        return -1;
    }
    // SAFETY: the caller's promise.
    unsafe { libc::syscall(libc::SYS_memfd_create, name, flags) as c_int }
}

/// The number of cachestat(2).
const CACHESTAT: c_uint = 451;

/// Run when the library is loaded: all threads of the process come later, and inherit the filter.
#[used]
#[unsafe(link_section = ".init_array")]
static ON_LOAD: extern "C" fn() = forbid_cachestat;

/// Where cachestat(2) is missing, a filter of seccomp(2) answers it as a kernel does that does not know it.
extern "C" fn forbid_cachestat() {
    if !is_missing(c"cachestat") {
        return;
    }
    let jump = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as c_ushort;
    let load = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as c_ushort;
    let answer = (libc::BPF_RET | libc::BPF_K) as c_ushort;
    let refusal = libc::SECCOMP_RET_ERRNO | libc::ENOSYS as c_uint;
    // SAFETY: they only put numbers together. The number of the call is the first field of seccomp_data.
    let mut filter = unsafe {
        [
            libc::BPF_STMT(load, 0),
            libc::BPF_JUMP(jump, CACHESTAT, 0, 1),
            libc::BPF_STMT(answer, refusal),
            libc::BPF_STMT(answer, libc::SECCOMP_RET_ALLOW),
        ]
    };
    let program = libc::sock_fprog {
        len: filter.len() as c_ushort,
        filter: filter.as_mut_ptr(),
    };
    let (yes, none, mode): (c_ulong, c_ulong, c_ulong) = (1, 0, libc::SECCOMP_MODE_FILTER.into());
    // SAFETY: the kernel copies the program, which is as long as it says.
    let failed = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, yes, none, none, none) != 0
            || libc::prctl(libc::PR_SET_SECCOMP, mode, &raw const program) != 0
    };
    // What cannot be taken away must not seem to be missing.
    assert!(!failed, "no filter: {}", Error::last_os_error());
}

//! The JVM tool interface (JVMTI): as much of it as it takes to change classes that are loaded, and to find objects.
//!
//! An agent is not needed for that. HotSpot gives an environment with the capability to retransform classes to any native
//! library, at any time. The functions are taken by their numbers in the specification, "JVM Tool Interface 1.2".

use jni_sys::{JNI_OK, JNIEnv, JavaVM, jclass, jint, jobject};
use std::ffi::{CStr, c_char, c_void};
use std::ptr::{self, NonNull};
use std::slice;

const VERSION_1_2: jint = 0x3001_0200;

/// A function's number is its place in the table, counted from 1.
mod number {
    pub(super) const SET_EVENT_NOTIFICATION_MODE: usize = 2;
    pub(super) const ALLOCATE: usize = 46;
    pub(super) const DEALLOCATE: usize = 47;
    pub(super) const GET_OBJECTS_WITH_TAGS: usize = 114;
    pub(super) const FOLLOW_REFERENCES: usize = 115;
    pub(super) const SET_EVENT_CALLBACKS: usize = 122;
    pub(super) const DISPOSE_ENVIRONMENT: usize = 127;
    pub(super) const GET_ERROR_NAME: usize = 128;
    pub(super) const ADD_CAPABILITIES: usize = 142;
    pub(super) const RETRANSFORM_CLASSES: usize = 152;
}

const FUNCTIONS: usize = 154;
type RawEnvironment = *const [*const c_void; FUNCTIONS];

/// `jvmtiCapabilities`: 128 bits.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Capabilities([u32; 4]);

impl Capabilities {
    const CAN_TAG_OBJECTS: usize = 0;
    const CAN_RETRANSFORM_CLASSES: usize = 37;

    fn with(mut self, bit: usize) -> Self {
        self.0[bit / 32] |= 1 << (bit % 32);
        self
    }
}

const CLASS_FILE_LOAD_HOOK: jint = 54;

/// `ClassFileLoadHook`.
type ClassFileLoadHook = unsafe extern "system" fn(
    environment: *mut RawEnvironment,
    env: *mut JNIEnv,
    redefined: jclass,
    loader: jobject,
    name: *const c_char,
    protection_domain: jobject,
    length: jint,
    class_file: *const u8,
    new_length: *mut jint,
    new_class_file: *mut *mut u8,
);

/// The start of `jvmtiEventCallbacks`: one for each event, from 50 on.
#[repr(C)]
struct EventCallbacks {
    events_50_to_53: [*const c_void; 4],
    class_file_load_hook: ClassFileLoadHook,
}

/// `jvmtiHeapReferenceCallback`.
type HeapReference = unsafe extern "system" fn(
    kind: jint,
    details: *const c_void,
    class_tag: i64,
    referrer_class_tag: i64,
    size: i64,
    tag: *mut i64,
    referrer_tag: *mut i64,
    length: jint,
    count: *mut usize,
) -> jint;

/// `jvmtiHeapCallbacks`: the second of sixteen.
#[repr(C)]
struct HeapCallbacks {
    heap_iteration: *const c_void,
    heap_reference: HeapReference,
    others: [*const c_void; 14],
}

/// `JVMTI_VISIT_OBJECTS`: what this object refers to is visited, too.
const VISIT_OBJECTS: jint = 0x100;
const TAG: i64 = 1;

/// What the JVM has answered instead of doing it, such as `JVMTI_ERROR_INVALID_CLASS`.
#[derive(Debug)]
pub(super) struct Refused(pub(super) String);

/// Gives the new class file of a class that is retransformed or redefined, or nothing if it is to stay as it is.
pub(super) type Rewriter = fn(env: *mut JNIEnv, name: &str, class_file: &[u8]) -> Option<Vec<u8>>;

/// An environment of our own, which lives as long as the JVM.
pub(super) struct ToolInterface {
    environment: NonNull<RawEnvironment>,
}

// SAFETY: the specification lets any thread that is attached to the JVM use an environment.
unsafe impl Send for ToolInterface {}
// SAFETY: as above, at the same time, too.
unsafe impl Sync for ToolInterface {}

/// Calls a function of the table. The caller names its type.
macro_rules! call {
    ($interface:expr, $number:expr, fn($($type:ty),*), $($argument:expr),*) => {{
        let environment = $interface.environment.as_ptr();
        // SAFETY: the JVM's table, which is complete: of version 1.2, whose last function is 156.
        let function = unsafe { (&**environment)[$number - 1] };
        type Function = unsafe extern "system" fn(*mut RawEnvironment, $($type),*) -> jint;
        // SAFETY: the specification gives the function of this number this type.
        let function = unsafe { std::mem::transmute::<*const c_void, Function>(function) };
        // SAFETY: the arguments are valid for the call, see the call itself.
        unsafe { function(environment, $($argument),*) }
    }};
}

impl ToolInterface {
    /// Asks the JVM for an environment that may retransform classes.
    ///
    /// # Safety
    ///
    /// `vm` is the JVM that this thread is attached to.
    pub(super) unsafe fn open(vm: *mut JavaVM) -> Result<Self, Refused> {
        // SAFETY: the caller's promise.
        unsafe { Self::open_with(vm, Capabilities::CAN_RETRANSFORM_CLASSES) }
    }

    /// Asks the JVM for an environment that may find objects. It is to be disposed of.
    ///
    /// # Safety
    ///
    /// `vm` is the JVM that this thread is attached to.
    pub(super) unsafe fn open_to_find(vm: *mut JavaVM) -> Result<Self, Refused> {
        // SAFETY: the caller's promise.
        unsafe { Self::open_with(vm, Capabilities::CAN_TAG_OBJECTS) }
    }

    /// # Safety
    ///
    /// `vm` is the JVM that this thread is attached to.
    unsafe fn open_with(vm: *mut JavaVM, capability: usize) -> Result<Self, Refused> {
        let mut environment = ptr::null_mut();
        // SAFETY: the caller's promise.
        let result = unsafe { ((**vm).v1_2.GetEnv)(vm, &raw mut environment, VERSION_1_2) };
        let environment = NonNull::new(environment.cast()).filter(|_| result == JNI_OK);
        let Some(environment) = environment else {
            return Err(Refused(format!(
                "the JVM has no tool interface (JVMTI 1.2): {result}"
            )));
        };
        let interface = Self { environment };
        let wanted = Capabilities::default().with(capability);
        let added = call!(
            interface,
            number::ADD_CAPABILITIES,
            fn(*const Capabilities),
            &raw const wanted
        );
        match interface.check(added) {
            Ok(()) => Ok(interface),
            Err(refused) => {
                interface.dispose();
                Err(refused)
            }
        }
    }

    /// Ends the environment, and forgets its tags.
    pub(super) fn dispose(self) {
        call!(self, number::DISPOSE_ENVIRONMENT, fn(),);
    }

    /// Tags the objects of exactly this class that can be reached: how many. Stops all threads for as long as it takes to
    /// visit the heap.
    ///
    /// Those that cannot be reached any more, and are not collected yet, may be in the middle of being cleaned up.
    ///
    /// # Safety
    ///
    /// `class` is a reference to a class, valid in this thread.
    pub(super) unsafe fn tag_reachable(&self, class: jclass) -> Result<usize, Refused> {
        let callbacks = HeapCallbacks {
            heap_iteration: ptr::null(),
            heap_reference: tag_object,
            others: [ptr::null(); 14],
        };
        let from_the_roots: jobject = ptr::null_mut();
        let mut count = 0usize;
        let followed = call!(
            self,
            number::FOLLOW_REFERENCES,
            fn(jint, jclass, jobject, *const HeapCallbacks, *mut usize),
            0,
            class,
            from_the_roots,
            &raw const callbacks,
            &raw mut count
        );
        self.check(followed).map(|()| count)
    }

    /// New local references to what is tagged.
    pub(super) fn tagged(&self) -> Result<Vec<jobject>, Refused> {
        let mut count: jint = 0;
        let mut objects: *mut jobject = ptr::null_mut();
        let tags_too: *mut *mut i64 = ptr::null_mut();
        let tag = TAG;
        let result = call!(
            self,
            number::GET_OBJECTS_WITH_TAGS,
            fn(jint, *const i64, *mut jint, *mut *mut jobject, *mut *mut i64),
            1,
            &raw const tag,
            &raw mut count,
            &raw mut objects,
            tags_too
        );
        self.check(result)?;
        if objects.is_null() {
            return Ok(Vec::new());
        }
        let length = usize::try_from(count).unwrap_or(0);
        // SAFETY: the JVM has just filled so many, and they are ours until we give them back.
        let found = unsafe { slice::from_raw_parts(objects, length) }.to_vec();
        call!(self, number::DEALLOCATE, fn(*mut u8), objects.cast());
        Ok(found)
    }

    /// From now on `class_file_load_hook` gets each class that is changed, and each that is loaded.
    pub(super) fn listen<R: Rewriting>(&self) -> Result<(), Refused> {
        let callbacks = EventCallbacks {
            events_50_to_53: [ptr::null(); 4],
            class_file_load_hook: class_file_load_hook::<R>,
        };
        let size = size_of::<EventCallbacks>() as jint;
        // The JVM copies them.
        let set = call!(
            self,
            number::SET_EVENT_CALLBACKS,
            fn(*const EventCallbacks, jint),
            &raw const callbacks,
            size
        );
        self.check(set)?;
        self.set_listening(true)
    }

    /// Whether classes are passed on.
    pub(super) fn set_listening(&self, listening: bool) -> Result<(), Refused> {
        let all_threads: jobject = ptr::null_mut();
        self.check(call!(
            self,
            number::SET_EVENT_NOTIFICATION_MODE,
            fn(jint, jint, jobject),
            jint::from(listening),
            CLASS_FILE_LOAD_HOOK,
            all_threads
        ))
    }

    /// Has a class made anew from its class file and what those who listen make of it.
    ///
    /// # Safety
    ///
    /// `class` is a reference to a class, valid in this thread.
    pub(super) unsafe fn retransform(&self, class: jclass) -> Result<(), Refused> {
        let classes = [class];
        self.check(call!(
            self,
            number::RETRANSFORM_CLASSES,
            fn(jint, *const jclass),
            1,
            classes.as_ptr()
        ))
    }

    fn check(&self, error: jint) -> Result<(), Refused> {
        if error == 0 {
            return Ok(());
        }
        let mut name: *mut c_char = ptr::null_mut();
        call!(
            self,
            number::GET_ERROR_NAME,
            fn(jint, *mut *mut c_char),
            error,
            &raw mut name
        );
        if name.is_null() {
            return Err(Refused(format!("JVMTI error {error}")));
        }
        // SAFETY: the JVM has just made this string, and it is ours until we give it back.
        let text = unsafe { CStr::from_ptr(name) }
            .to_string_lossy()
            .into_owned();
        call!(self, number::DEALLOCATE, fn(*mut u8), name.cast());
        Err(Refused(format!("{text} ({error})")))
    }
}

/// Called by the JVM for each reference to an object of the class that is looked for, on the thread that has asked.
///
/// # Safety
///
/// As the specification has it; `count` is what [`ToolInterface::tag_reachable`] has passed.
unsafe extern "system" fn tag_object(
    _kind: jint,
    _details: *const c_void,
    _class_tag: i64,
    _referrer_class_tag: i64,
    _size: i64,
    tag: *mut i64,
    _referrer_tag: *mut i64,
    _length: jint,
    count: *mut usize,
) -> jint {
    // SAFETY: the object's tag, for the length of this call, and the caller's counter, which nobody else uses now.
    unsafe {
        if *tag != TAG {
            *tag = TAG;
            *count += 1;
        }
    }
    VISIT_OBJECTS
}

/// Who gets the classes: a type, because the JVM calls a function without any data of ours.
pub(super) trait Rewriting {
    /// Whether a class file is to be passed to [`Self::REWRITE`].
    const PACKAGE: &'static str;
    /// Gives the new class file.
    const REWRITE: Rewriter;
}

/// Called by the JVM when a class is loaded, redefined or retransformed, on the thread that does so.
///
/// # Safety
///
/// As the specification has it.
unsafe extern "system" fn class_file_load_hook<R: Rewriting>(
    environment: *mut RawEnvironment,
    env: *mut JNIEnv,
    redefined: jclass,
    loader: jobject,
    name: *const c_char,
    _protection_domain: jobject,
    length: jint,
    class_file: *const u8,
    new_length: *mut jint,
    new_class_file: *mut *mut u8,
) {
    // What is loaded for the first time, all the classes of the application, is done with here.
    if redefined.is_null() || !loader.is_null() || name.is_null() || class_file.is_null() {
        return;
    }
    let Some(environment) = NonNull::new(environment) else {
        return;
    };
    // SAFETY: a string of the JVM's, for the length of this call.
    let Ok(name) = unsafe { CStr::from_ptr(name) }.to_str() else {
        return;
    };
    if !name.starts_with(R::PACKAGE) {
        return;
    }
    // SAFETY: so many bytes of the JVM's, for the length of this call.
    let class_file =
        unsafe { slice::from_raw_parts(class_file, usize::try_from(length).unwrap_or(0)) };
    let Some(rewritten) = (R::REWRITE)(env, name, class_file) else {
        return;
    };
    let Ok(rewritten_length) = jint::try_from(rewritten.len()) else {
        return;
    };
    let interface = ToolInterface { environment };
    let mut memory: *mut u8 = ptr::null_mut();
    let allocated = call!(
        interface,
        number::ALLOCATE,
        fn(i64, *mut *mut u8),
        i64::from(rewritten_length),
        &raw mut memory
    );
    if interface.check(allocated).is_ok() && !memory.is_null() {
        // SAFETY: so many bytes were allocated for this, and both places are the JVM's for the answer.
        unsafe {
            ptr::copy_nonoverlapping(rewritten.as_ptr(), memory, rewritten.len());
            *new_length = rewritten_length;
            *new_class_file = memory;
        }
    }
}

//! What the shared library shows to the process that loads it.

use object::read::elf::{Dyn, FileHeader, SectionHeader};
use object::{Endianness, Object, ObjectSymbol, elf};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

const PREFIX: &str = "Java_io_ferronio_internal_";

/// The library that cargo has built for the tests: it lies beside this program.
fn library() -> Vec<u8> {
    let program = env::current_exe().expect("this program");
    fs::read(program.with_file_name("libferronio.so")).expect("the shared library")
}

fn exports() -> BTreeSet<String> {
    let library = library();
    let library = object::File::parse(&*library).expect("an ELF file");
    let defined = library
        .dynamic_symbols()
        .filter(|symbol| symbol.is_definition());
    defined
        .map(|symbol| symbol.name().expect("a name").to_owned())
        .collect()
}

fn java_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            java_files(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "java")
        {
            found.push(path);
        }
    }
}

/// The native methods that the Java sources declare, by the names that JNI gives them.
fn declared() -> BTreeSet<String> {
    let mut files = Vec::new();
    java_files(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("java"),
        &mut files,
    );
    let mut natives = BTreeSet::new();
    for file in files {
        let class = file
            .file_stem()
            .and_then(|name| name.to_str())
            .expect("a class name");
        for line in fs::read_to_string(&file).expect("a source file").lines() {
            let is_comment = line.trim_start().starts_with(['*', '/']);
            if let Some((before, _)) = line.split_once('(')
                && !is_comment
                && before.split_whitespace().any(|word| word == "native")
            {
                let method = before.split_whitespace().last().expect("a method name");
                natives.insert(format!("{PREFIX}{class}_{method}"));
            }
        }
    }
    natives
}

#[test]
fn it_exports_nothing_but_jni() {
    let others: Vec<String> = exports()
        .into_iter()
        .filter(|name| name != "JNI_OnLoad" && !name.starts_with(PREFIX))
        .collect();
    assert_eq!(others, [] as [String; 0]);
}

#[test]
fn each_native_of_java_has_its_function_and_each_function_its_native() {
    let mut exports = exports();
    assert!(exports.remove("JNI_OnLoad"));
    let declared = declared();
    assert!(!declared.is_empty());
    assert_eq!(exports, declared);
}

#[test]
fn it_is_never_unloaded() {
    let library = library();
    let header = elf::FileHeader64::<Endianness>::parse(&*library).expect("an ELF file");
    let endian = header.endian().expect("a byte order");
    let sections = header.sections(endian, &*library).expect("sections");
    let (entries, _) = sections
        .iter()
        .find_map(|section| section.dynamic(endian, &*library).expect("a section"))
        .expect("a dynamic section");
    let flags = entries
        .iter()
        .find(|entry| entry.d_tag(endian) == elf::DT_FLAGS_1);
    let flags = flags.expect("DT_FLAGS_1").d_val(endian);
    assert_ne!(flags & elf::DF_1_NODELETE.0, 0, "{flags:#x}");
}

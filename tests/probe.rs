//! The trials of what the kernel offers.

mod common;

use common::alone;
use ferronio::kernel::{error_text, probe::FACILITIES};

#[test]
fn each_trial_cleans_up_after_itself_and_answers_the_same_again() {
    let _alone = alone();
    for facility in FACILITIES {
        assert_eq!((facility.trial)(), (facility.trial)(), "{}", facility.name);
    }
}

#[test]
fn what_every_linux_kernel_has_is_found() {
    let _alone = alone();
    for name in ["sendfile64", "copy_file_range", "sealed memfd"] {
        let facility = FACILITIES.iter().find(|facility| facility.name == name);
        assert_eq!((facility.expect(name).trial)(), Ok(()), "{name}");
    }
}

#[test]
fn an_error_has_the_text_of_the_c_library() {
    assert_eq!(error_text(libc::EPIPE), "Broken pipe");
    assert_eq!(error_text(100_000), "Unknown error 100000");
}

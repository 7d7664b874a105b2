"""Gets OpenJDK's tests and the program that runs them, jtreg, from the package archive that this machine's apt is set up for.

Nothing is installed and no root is needed: apt works on lists and a cache of its own below <folder>. What is there is not fetched again.
"""

import re
import shutil
import subprocess
from pathlib import Path

# What of a source tree is needed: tests that use file channels in one way or another, the test library, and what jtreg asks about the JVM.
UNPACKED = ["*/test/jdk/TEST.ROOT", "*/test/jdk/java/nio", "*/test/jdk/java/io", "*/test/jdk/java/lang/management",
            "*/test/jdk/lib/testlibrary", "*/test/lib", "*/test/jtreg-ext"]


class Unavailable(Exception):
    """What could not be had, and what to do."""


class Apt:
    """apt-get with the machine's archive and keys, and with sources enabled."""

    def __init__(self, folder):
        if not shutil.which("apt-get"):
            raise Unavailable("There is no apt-get here. Unpack the source of OpenJDK <version> into build/openjdk/<version>/source, "
                              "and jtreg into build/openjdk/jtreg, and call again.")
        self.folder, self.complaints = folder, []
        for each in ("lists/partial", "cache/archives/partial"):
            (folder / each).mkdir(parents=True, exist_ok=True)
        self.options = ["-o", "APT::Sandbox::User=root"]  # else apt warns that its own user cannot write here
        (folder / "sources.list").write_text("".join(f"{line}\n" for line in dict.fromkeys(self._entries())))
        for name, value in (("Etc::sourcelist", folder / "sources.list"), ("Etc::sourceparts", "-"), ("State::lists", folder / "lists"),
                            ("Cache", folder / "cache")):
            self.options += ["-o", f"Dir::{name}={value}"]
        print("Reading the package lists", flush=True)
        self._call("apt-get", "update")

    def _entries(self):
        """The distribution's own suites; and Debian's newer ones, for the JDKs that its release does not have."""
        system = dict(re.findall(r'^(\w+)="?([^"\n]*)', Path("/etc/os-release").read_text(), re.M))
        keyring = Path(f"/usr/share/keyrings/{system['ID']}-archive-keyring.gpg")
        key = f"signed-by={keyring}" if keyring.exists() else ""
        listed = self._call("apt-get", "indextargets", "--no-release-info", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)",
                            "Created-By: Packages")
        suites = {system.get("VERSION_CODENAME"), "oldstable", "stable", "testing", "unstable", "sid"}
        own = sorted({tuple(line.split()) for line in listed.splitlines() if line.split()[1].split("-")[0] in suites})
        for uri, release, component in own:
            yield f"deb [target=Packages {key}] {uri} {release} {component}"
            yield f"deb-src [target=Sources {key}] {uri} {release} {component}"
            if release in suites and system["ID"] == "debian":
                yield from (f"deb-src [target=Sources {key}] {uri} {newer} {component}" for newer in ("stable", "testing", "unstable"))

    def _call(self, *command, directory=None):
        """Standard output. A failure is only noted: of several suites one may be missing, and what the caller wants may be there all the same."""
        done = subprocess.run([*command, *self.options], cwd=directory, text=True, capture_output=True)
        if done.returncode != 0:
            self.complaints.append(f"{' '.join(command)}: {done.stderr.strip()}")
        return done.stdout

    def unavailable(self, what):
        return Unavailable("\n".join([f"{what} could not be had from the archives in {self.folder}/sources.list.", *self.complaints]))

    def download(self, package, directory):
        """The file of a binary package, or None."""
        directory.mkdir(parents=True, exist_ok=True)
        self._call("apt-get", "download", package, directory=directory)
        return next(directory.glob(f"{package}_*.deb"), None)

    def download_source(self, package, version, directory):
        """The upstream archive of a source package, or None: an archive's lists may be ahead of its files, or behind."""
        directory.mkdir(parents=True, exist_ok=True)
        self._call("apt-get", "source", "--download-only", "--tar-only", f"{package}={version}", directory=directory)
        return next(directory.glob(f"{package}_*.orig.tar.*"), None)

    def source_versions(self, package):
        return re.findall(r"^Version: (.*)", self._call("apt-cache", "showsrc", package), re.M)


def numbers(version):
    """25.0.3+9-2 as (25, 0, 3), for comparison."""
    return tuple(map(int, re.match(r"[\d.]*\d", version).group().split(".")))


def jtreg(folder):
    """jtreg's jar."""
    jar, home = "usr/share/jtreg/lib/jtreg.jar", folder / "jtreg"
    if not (home / jar).exists():
        apt, downloads = Apt(folder / "apt"), folder / "downloads"
        package = apt.download("jtreg7", downloads) or apt.download("jtreg8", downloads)
        if not package:
            raise apt.unavailable("jtreg7 or jtreg8")
        print(f"Unpacking {package.name}", flush=True)
        subprocess.run(["dpkg-deb", "--extract", package, home], check=True)
        shutil.rmtree(downloads)
    return home / jar


def tests(folder, running):
    """The test suite test/jdk for the JDK of version <running>, and the version of its source.

    That is the first one from <running> on, else the last one before it: tests of much later sources may be of bugs that are still in the JDK.
    """
    source = folder / str(numbers(running)[0]) / "source"
    label = source / "VERSION"
    if not (source / "test/jdk/TEST.ROOT").exists():
        apt, package, downloads = Apt(folder / "apt"), f"openjdk-{numbers(running)[0]}", folder / "downloads"
        there = sorted(set(apt.source_versions(package)), key=numbers)
        later = [each for each in there if numbers(each) >= numbers(running)]
        for version in later + [each for each in reversed(there) if each not in later]:
            archive = apt.download_source(package, version, downloads)
            if archive:
                break
        else:
            raise apt.unavailable(f"The source of {package} (listed: {there or 'none'})")
        print(f"Unpacking {archive.name}", flush=True)
        partial = source.with_name("source.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        subprocess.run(["tar", "xf", archive, "-C", partial, "--strip-components=1", "--wildcards", *UNPACKED], check=True)
        (partial / "VERSION").write_text(version)
        shutil.rmtree(source, ignore_errors=True)
        partial.rename(source)
        shutil.rmtree(downloads)
    suite = source / "test/jdk"
    # The groups name tests that were not unpacked. The version of jtreg that is asked for may be newer than the packaged one.
    root = suite / "TEST.ROOT"
    root.write_text(re.sub(r"^(groups|requiredVersion) *=.*\n", "", root.read_text(), flags=re.M))
    return suite, label.read_text() if label.exists() else "unknown version"

#!/bin/sh
# Runs Gradle on this project: the one that is installed, or Debian's, which it installs where it may.
# There is no wrapper jar to download. After `test`, the last line is the sum of all tests.

root=$(cd "$(dirname "$0")" && pwd)

die() {
    printf '%s\n' "$@" >&2
    exit 1
}

feature_version() {
    "$1/bin/java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.specification.version = //p'
}

# Prints the first home of a whole JDK (with a compiler) whose feature version is from $1 to $2.
find_jdk() {
    on_path=$(command -v java) && on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
    for home in "$JAVA_HOME" "$on_path" /usr/lib/jvm/*; do
        [ -n "$home" ] && [ -x "$home/bin/javac" ] || continue
        version=$(feature_version "$home")
        if [ "${version%%.*}" -ge "$1" ] && [ "${version%%.*}" -le "$2" ]; then
            echo "$home"
            return
        fi
    done
    return 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# ---- what is needed

jdk=$(find_jdk 17 999) || die 'gradlew: a JDK 17 or newer is needed, with its compiler. Set JAVA_HOME to it, or install one:' \
    '  apt-get install openjdk-17-jdk-headless'

if ! command -v gradle >/dev/null; then
    if command -v apt-get >/dev/null && as_root true 2>/dev/null; then
        echo 'gradlew: there is no gradle; installing it: apt-get update, apt-get install gradle' >&2
        as_root apt-get update -qq
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends gradle >/dev/null
    fi
    command -v gradle >/dev/null || die 'gradlew: there is no gradle. Install it and call again:' \
        '  Debian, Ubuntu:  apt-get install gradle' \
        '  elsewhere:       https://gradle.org/install'
fi

# Debian's Gradle 4.4.1 is made for JDK 17; it was seen to work on newer ones, but nobody promises that.
debian=$(dirname "$(readlink -f "$(command -v gradle)")")/../lib/gradle-launcher-4.4.1.jar
if [ -f "$debian" ]; then
    jdk=$(find_jdk 17 17) || {
        jdk=$(find_jdk 17 999)
        echo "gradlew: Gradle 4.4.1 is made for JDK 17 (apt-get install openjdk-17-jdk-headless); trying it on $jdk" >&2
    }
fi
JAVA_HOME=$jdk
export JAVA_HOME

# ---- run

options=-q  # the tasks say what there is to say
tested=false
for argument; do
    case $argument in
        -q | --quiet | -w | --warn | -i | --info | -d | --debug) options= ;;
        test | :test) tested=true ;;
    esac
done
summary=$root/build/test-summary.txt
if $tested; then rm -f "$summary"; fi

if [ -f "$debian" ]; then
    # Not by its script, which prints Java's version at each call. No daemon: on JDK 17 it keeps the environment that it was started in.
    "$JAVA_HOME/bin/java" --add-opens java.base/java.lang=ALL-UNNAMED -Dorg.gradle.appname=gradlew $GRADLE_OPTS \
        -classpath "$debian" org.gradle.launcher.GradleMain --no-daemon -p "$root" $options -PsumLast "$@"
else
    gradle -p "$root" $options -PsumLast "$@"
fi
status=$?
if $tested && [ -f "$summary" ]; then cat "$summary"; fi
exit $status

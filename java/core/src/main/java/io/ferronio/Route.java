package io.ferronio;

/** The way that bytes took. */
public enum Route {
    /** {@code sendfile64(2)}: file pages go to the target without passing through user space. */
    SENDFILE,
    /** The JDK's own method: nothing of FerroNIO's fits the pair of channels, or it is switched off. */
    JDK
}

/**
 * What each way to move a file costs, measured on this machine, and why: the command {@code explain}. {@link
 * io.ferronio.cli.explain.Explanation} is the door.
 */
package io.ferronio.cli.explain;

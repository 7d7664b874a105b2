/**
 * FerroNIO: what {@code FileChannel} and {@code MappedByteBuffer} do, on the JDK's own channels, with
 * fewer system calls, memory that can be unmapped safely, and mappings of any length.
 *
 * <ul>
 *   <li>{@link io.ferronio.Transfers}: the JDK's transfer contract, faster.
 *   <li>{@link io.ferronio.Cancellation}: ends what runs or waits, and closes nothing.
 *   <li>{@link io.ferronio.Relay}: from socket to socket without passing through the JVM.
 *   <li>{@link io.ferronio.Mappings}: mapped buffers that can be unmapped at any time.
 *   <li>{@link io.ferronio.MappedRegion}: a mapping with 64-bit length and offsets.
 *   <li>{@link io.ferronio.MappedFileChangedException}: a mapped file was truncated, or its disk is full; see
 *       {@link io.ferronio.Mappings#validated}.
 *   <li>{@link io.ferronio.PageCache}: what of a file is in memory, and a say in it.
 *   <li>{@link io.ferronio.FileLease}: told before somebody else truncates or opens a file.
 *   <li>{@link io.ferronio.Capabilities}: what works here, and why the rest does not.
 *   <li>{@link io.ferronio.Counters}: what was moved, by which route, and what is mapped.
 * </ul>
 *
 * <p>What somebody should know and no caller can be told goes to the {@link System.Logger} {@code io.ferronio}, as
 * warnings: that pages of a mapping could not be had, once for each mapping; and that another library has put a handler
 * for SIGBUS over this one's, once. The flight recorder gets {@code io.ferronio.Transfer} and
 * {@code io.ferronio.MappingFault}.
 *
 * <p>System properties, read once when the library is first used:
 * <ul>
 *   <li>{@code io.ferronio.library}: path of the native library to load instead of the one in the jar;
 *   <li>{@code io.ferronio.workdir}: folder in which the jar's library is unpacked (default: {@code
 *       java.io.tmpdir}); the file is deleted as soon as it is loaded;
 *   <li>{@code io.ferronio.disable}: comma-separated list of what not to use: routes ({@code sendfile}),
 *       {@code guard}, or one of the JDK's members by name ({@code FileChannelImpl.threads}). What is
 *       switched off is left to the JDK. {@code single-steps}: the guard does not use SIGTRAP.
 * </ul>
 */
package io.ferronio;

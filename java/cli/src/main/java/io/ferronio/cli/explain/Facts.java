package io.ferronio.cli.explain;

import io.ferronio.internal.NetworkDevice;

/**
 * What of this machine decides how often a byte is copied.
 *
 * @param device the network device on the way of the socket
 * @param sourceOnDevice whether the file comes from a device: on tmpfs it is nowhere but in memory
 * @param targetOnDevice likewise, where the copy goes
 * @param sharesBlocks whether source and target are on one file system on which files can share blocks; tried
 */
record Facts(NetworkDevice device, boolean sourceOnDevice, boolean targetOnDevice, boolean sharesBlocks) {
}

package io.ferronio.cli.explain;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * What is to be explained.
 *
 * @param file the file to move; null to make one
 * @param size bytes of the one that is made
 * @param folder where that one and all copies go
 * @param destinations where to
 * @param rounds how often each method is measured, at least 1
 * @param machine the machine's facts by name, to be told along
 */
public record Request(Path file, long size, Path folder, Set<Destination> destinations, int rounds,
        Map<String, String> machine) {
}

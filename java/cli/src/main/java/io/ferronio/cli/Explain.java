package io.ferronio.cli;

import io.ferronio.cli.explain.Destination;
import io.ferronio.cli.explain.Explanation;
import io.ferronio.cli.explain.HtmlReport;
import io.ferronio.cli.explain.JsonReport;
import io.ferronio.cli.explain.Request;
import io.ferronio.cli.explain.TextReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Moves a file in every way there is, and tells what each costs here, and why. */
@Command(name = "explain", mixinStandardHelpOptions = true,
        description = "Moves a file in every way there is, and tells what each costs here, and why.",
        footer = {"", "System calls can be counted by root, and by others where root allows it: what to do is said then.",
            "The file is only read. What is made is deleted at the end."})
final class Explain implements Callable<Integer> {

    private static final long MOST_BYTES = 1L << 40;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "The file to move (default: one of random bytes is made).")
    private Path file;

    @Option(names = "--size", paramLabel = "SIZE", converter = Size.class,
            description = "Size of the file that is made, in bytes or with K, M, G (default: 256M).")
    private Long size;

    @Option(names = "--to", paramLabel = "socket|file", description = "Only to a socket, or only to a file (default: both).")
    private Destination to;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "5",
            description = "How often each is measured (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--folder", paramLabel = "FOLDER",
            description = "Where the files go that are made (default: the temporary folder).")
    private Path folder;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(names = "--html", paramLabel = "FILE", description = "Also write a page that a browser shows.")
    private Path html;

    /** 0; everything that is wrong is an exception. */
    @Override
    public Integer call() throws IOException, InterruptedException {
        if (file != null && size != null) {
            throw new ParameterException(spec.commandLine(), "--size is for the file that is made, and " + file + " is given");
        }
        if (rounds < 1 || rounds > 1000) {
            throw new ParameterException(spec.commandLine(), "--rounds is from 1 to 1000, not " + rounds);
        }
        Path where = folder == null ? Path.of(System.getProperty("java.io.tmpdir")) : folder;
        if (!Files.exists(where)) {
            throw new NoSuchFileException(where.toString(), null, "there is no such folder");
        }
        if (!Files.isDirectory(where)) {
            throw new NotDirectoryException(where.toString());
        }
        if (html != null && (Files.isDirectory(html) || !Files.isDirectory(html.toAbsolutePath().getParent()))) {
            throw new ParameterException(spec.commandLine(), "--html names a file to be written, in a folder that exists; not "
                    + html);
        }
        Set<Destination> destinations = to == null ? EnumSet.allOf(Destination.class) : EnumSet.of(to);
        Map<String, String> machine = Doctor.machine();
        machine.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        Explanation explanation = Explanation.of(new Request(file, size == null ? 256 << 20 : size, where, destinations,
                rounds, machine));
        if (html != null) {
            Files.writeString(html, HtmlReport.of(explanation));
        }
        if (json) {
            System.out.println(JsonReport.of(explanation));
        } else {
            TextReport.print(explanation, System.out);
        }
        return CommandLine.ExitCode.OK;
    }

    /** A number of bytes. */
    static final class Size implements ITypeConverter<Long> {

        private static final Pattern FORM = Pattern.compile("(\\d{1,13})([kmg]?)i?b?");

        @Override
        public Long convert(String text) {
            Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
            if (!form.matches()) {
                throw new TypeConversionException("a size is a number of bytes, or of K, M, G: 4096, 64K, 256M, 1G; not " + text);
            }
            int power = " kmg".indexOf(form.group(2).isEmpty() ? " " : form.group(2));
            long number = Long.parseLong(form.group(1));
            long bytes = number > MOST_BYTES >> 10 * power ? -1 : number << 10 * power;
            if (bytes < 1 || bytes > MOST_BYTES) {
                throw new TypeConversionException("a size is from 1 byte to 1024G, not " + text);
            }
            return bytes;
        }
    }
}

package io.ferronio.cli;

import io.ferronio.Capabilities;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command line: one subcommand a class. */
@Command(name = "ferronio", description = "Zero-copy file and socket I/O for the JVM on Linux.",
        mixinStandardHelpOptions = true, versionProvider = Main.Version.class,
        subcommands = {Doctor.class, Explain.class, Demo.class})
public final class Main {

    private Main() {
    }

    /**
     * Runs a subcommand and exits with its status.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        CommandLine commandLine = new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setExecutionExceptionHandler((exception, command, parsed) -> {
            command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + exception);
            return command.getCommandSpec().exitCodeOnExecutionException();
        });
        System.exit(arguments.length == 0 ? usage(commandLine) : commandLine.execute(arguments));
    }

    private static int usage(CommandLine commandLine) {
        commandLine.usage(System.err);
        return commandLine.getCommandSpec().exitCodeOnUsageHelp();
    }

    /** The version that the jar was built with. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() throws IOException {
            Properties properties = new Properties();
            try (InputStream in = Capabilities.class.getResourceAsStream("/META-INF/ferronio.properties")) {
                if (in != null) {
                    properties.load(in);
                }
            }
            return new String[] {"FerroNIO " + properties.getProperty("version", "(unknown version)")};
        }
    }
}

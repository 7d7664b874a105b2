package io.ferronio.agent.app;

import io.ferronio.agent.FerronioAgent;
import java.io.IOException;

/** The same program with one line more. The first argument is for the agent. */
public final class SelfInstallingProgram {

    private SelfInstallingProgram() {
    }

    /**
     * Runs it.
     *
     * @param args options of the agent, and those of {@link UnmodifiedProgram}
     * @throws IOException if a channel fails
     */
    public static void main(String[] args) throws IOException {
        FerronioAgent.install(args[args.length - 3]);
        UnmodifiedProgram.main(args);
    }
}

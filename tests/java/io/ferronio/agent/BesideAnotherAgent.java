package io.ferronio.agent;

import io.ferronio.agent.AgentJvm.Totals;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** A program: {@link OtherAgent} and ours change one class. Neither takes the other's changes away, whoever comes when. */
final class BesideAnotherAgent {

    private static final Path FILE = TestFiles.newFile(1000);

    private BesideAnotherAgent() {
    }

    /** Transfers once, and sees who was asked. */
    private static void expect(String when, boolean ours, boolean theirs) throws IOException {
        Totals before = Totals.now();
        try (FileChannel channel = FileChannel.open(FILE)) {
            channel.transferTo(0, 1000, Channels.newChannel(OutputStream.nullOutputStream()));
        }
        Totals totals = Totals.now().minus(before);
        boolean wasOurs = totals.transfers() + totals.transfersLeft() == 1;
        boolean wasTheirs = OtherAgent.hasMarked();
        if (wasOurs != ours || wasTheirs != theirs) {
            throw new AssertionError(when + ": " + totals + (wasTheirs ? ", marked" : ", not marked"));
        }
    }

    public static void main(String[] args) throws Exception {
        expect("after the start", true, true);
        OtherAgent.retransform();
        expect("made anew by the other", true, true);
        OtherAgent.redefine();
        expect("redefined by the other", true, true);
        FerronioAgent.uninstall();
        expect("uninstalled", false, true);
        OtherAgent.retransform();
        expect("uninstalled, made anew by the other", false, true);
        FerronioAgent.install();
        expect("installed again", true, true);
    }
}

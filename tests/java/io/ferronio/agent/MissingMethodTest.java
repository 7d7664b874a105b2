package io.ferronio.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.agent.AgentJvm.Totals;
import io.ferronio.cli.Main;
import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** A JDK whose {@code FileChannelImpl} has a method under another name: that one is left alone, and it is said. */
class MissingMethodTest {

    private static final String CLASS = "sun/nio/ch/FileChannelImpl.class";

    /** The JDK with {@code transferFrom} renamed: the JVM minds that only when somebody calls it. */
    private static String patch() throws IOException {
        Path folder = TestFiles.newFolder();
        Path file = folder.resolve(CLASS);
        Files.createDirectories(file.getParent());
        try (InputStream in = Object.class.getModule().getResourceAsStream(CLASS)) {
            ClassReader reader = new ClassReader(in);
            ClassWriter writer = new ClassWriter(reader, 0);
            reader.accept(new ClassVisitor(Opcodes.ASM9, writer) {
                @Override
                public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
                        String[] exceptions) {
                    return super.visitMethod(access, name.equals("transferFrom") ? "receive" : name, descriptor, signature,
                            exceptions);
                }
            }, 0);
            Files.write(file, writer.toByteArray());
        }
        return "--patch-module=java.base=" + folder;
    }

    @Test
    void theOthersAreTaken() throws IOException {
        ChildJvm.Result result = ChildJvm.run(UsesAll.class, List.of(patch(), AgentJvm.FLAG + "=report"),
                TestFiles.newFile(100_000).toString());
        String output = result.succeeded();
        assertEquals(new Totals(1, 100_000, 0, 1, 0, 0), Totals.in(output), output);
        List<String> told = output.lines().filter(line -> line.contains(" has no ")).toList();
        assertEquals(1, told.size(), output);
        assertTrue(told.get(0).matches("ferronio: JDK " + Runtime.version().feature()
                + ".* has no sun.nio.ch.FileChannelImpl's transferFrom as JDK 17 to 25 have it: left alone"), output);
    }

    /** A program: sends and maps, installs once more, and receives, which this JDK does not know how to do. */
    static final class UsesAll {
        private UsesAll() {
        }

        public static void main(String[] args) throws IOException {
            try (FileChannel channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                channel.transferTo(0, 100_000, Channels.newChannel(OutputStream.nullOutputStream()));
                channel.map(FileChannel.MapMode.READ_ONLY, 0, 100_000);
                FerronioAgent.uninstall();
                FerronioAgent.install();
                channel.transferFrom(Channels.newChannel(InputStream.nullInputStream()), 0, 1);
                throw new AssertionError("transferFrom is there");
            } catch (AbstractMethodError e) {
                System.out.println(e);
            }
        }
    }

    @Test
    void theDoctorSaysIt() throws IOException {
        String output = ChildJvm.run(Main.class, List.of(patch()), "doctor").succeeded();
        assertTrue(output.lines().anyMatch(line -> line.matches("yes +drop-in +the agent can take the place of"
                + " sun.nio.ch.FileChannelImpl's transferTo, map; this JDK has no transferFrom as JDK 17 to 25 have it")), output);
    }
}

package io.ferronio.agent;

import java.io.InputStream;
import java.lang.instrument.ClassDefinition;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * An agent of somebody else's, which also changes {@code FileChannelImpl}: each {@code transferTo} of it leaves a mark in
 * the system property {@link #MARK} before it does anything else.
 */
public final class OtherAgent implements ClassFileTransformer {

    /** Set by each call. */
    static final String MARK = "io.ferronio.test.marked";

    private static final String CHANGED = "sun/nio/ch/FileChannelImpl";

    private static Instrumentation instrumentation;

    private OtherAgent() {
    }

    /**
     * Called by the JVM.
     *
     * @param options none
     * @param given what to change classes by
     * @throws Exception if it cannot
     */
    public static void premain(String options, Instrumentation given) throws Exception {
        instrumentation = given;
        instrumentation.addTransformer(new OtherAgent(), true);
        retransform();
    }

    private static Class<?> changed() throws ClassNotFoundException {
        return Class.forName(CHANGED.replace('/', '.'));
    }

    /** Has the class made anew, by all agents. */
    static void retransform() throws Exception {
        instrumentation.retransformClasses(changed());
    }

    /** Begins again with the JDK's class file, as an agent does that transforms nothing. */
    static void redefine() throws Exception {
        try (InputStream in = changed().getResourceAsStream("FileChannelImpl.class")) {
            instrumentation.redefineClasses(new ClassDefinition(changed(), in.readAllBytes()));
        }
    }

    /** Whether somebody has called {@code transferTo} since this was asked last. */
    static boolean hasMarked() {
        return System.getProperties().remove(MARK) != null;
    }

    @Override
    public byte[] transform(ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain, byte[] classFile) {
        if (!CHANGED.equals(name)) {
            return null;
        }
        ClassReader reader = new ClassReader(classFile);
        ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
        reader.accept(new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public MethodVisitor visitMethod(int access, String method, String descriptor, String signature,
                    String[] exceptions) {
                MethodVisitor original = super.visitMethod(access, method, descriptor, signature, exceptions);
                return method.equals("transferTo") ? new Marking(original) : original;
            }
        }, 0);
        return writer.toByteArray();
    }

    private static final class Marking extends MethodVisitor {
        Marking(MethodVisitor original) {
            super(Opcodes.ASM9, original);
        }

        @Override
        public void visitCode() {
            super.visitCode();
            visitLdcInsn(MARK);
            visitLdcInsn("");
            visitMethodInsn(Opcodes.INVOKESTATIC, "java/lang/System", "setProperty",
                    "(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;", false);
            visitInsn(Opcodes.POP);
        }
    }
}

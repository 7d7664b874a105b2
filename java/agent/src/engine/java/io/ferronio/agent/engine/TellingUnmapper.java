package io.ferronio.agent.engine;

import io.ferronio.internal.MappingWatch;
import java.util.function.UnaryOperator;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Rewrites the JDK's unmappers so that they tell of their mappings. Each mapping of a file, to a buffer or a memory segment, has
 * an object that unmaps it, of one class (of another for persistent memory, which is left alone). Its constructor tells last,
 * its method {@code unmap} first:
 *
 * <pre>{@code
 * FerronioMappings.changed(address, size);    // DefaultUnmapper(address, size, ...) { ...
 * FerronioMappings.changed(this.address, 0);  // ... } void unmap() {
 * }</pre>
 */
final class TellingUnmapper {

    static final String UNMAPPER = "sun/nio/ch/FileChannelImpl$Unmapper";
    static final String DEFAULT_UNMAPPER = "sun/nio/ch/FileChannelImpl$DefaultUnmapper";
    private static final String CONSTRUCTOR = "(JJJLjava/io/FileDescriptor;I)V";
    private static final String TELLER = MappingWatch.TELLER.replace('.', '/');
    private static final String TOLD = "(JJ)V";
    /** Two numbers. */
    private static final int MOST_ON_STACK = 4;

    private TellingUnmapper() {
    }

    /** The class of which {@code unmap} is a method, with its first instructions; null if it is not as JDK 17 to 25 have it. */
    static byte[] beforeUnmap(byte[] classFile) {
        return rewrite(classFile, "unmap", "()V", Unmap::new);
    }

    /** As {@link #beforeUnmap}, for the class whose constructor is meant. */
    static byte[] afterConstructor(byte[] classFile) {
        return rewrite(classFile, "<init>", CONSTRUCTOR, Constructor::new);
    }

    private static byte[] rewrite(byte[] classFile, String name, String descriptor, UnaryOperator<MethodVisitor> insertion) {
        ClassReader reader = new ClassReader(classFile);
        ClassWriter writer = new ClassWriter(reader, 0);
        boolean[] found = {false};
        reader.accept(new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public MethodVisitor visitMethod(int access, String itsName, String itsDescriptor, String signature,
                    String[] exceptions) {
                MethodVisitor original = super.visitMethod(access, itsName, itsDescriptor, signature, exceptions);
                if (!itsName.equals(name) || !itsDescriptor.equals(descriptor)) {
                    return original;
                }
                found[0] = true;
                return insertion.apply(original);
            }
        }, 0);
        return found[0] ? writer.toByteArray() : null;
    }

    private abstract static class Insertion extends MethodVisitor {
        Insertion(MethodVisitor original) {
            super(Opcodes.ASM9, original);
        }

        void tell() {
            super.visitMethodInsn(Opcodes.INVOKESTATIC, TELLER, MappingWatch.METHOD, TOLD, false);
        }

        @Override
        public void visitMaxs(int maxStack, int maxLocals) {
            super.visitMaxs(Math.max(maxStack, MOST_ON_STACK), maxLocals);
        }
    }

    private static final class Unmap extends Insertion {
        Unmap(MethodVisitor original) {
            super(original);
        }

        @Override
        public void visitCode() {
            super.visitCode();
            visitVarInsn(Opcodes.ALOAD, 0);
            visitFieldInsn(Opcodes.GETFIELD, UNMAPPER, "address", "J");
            visitInsn(Opcodes.LCONST_0);
            tell();
        }
    }

    private static final class Constructor extends Insertion {
        Constructor(MethodVisitor original) {
            super(original);
        }

        @Override
        public void visitInsn(int opcode) {
            if (opcode == Opcodes.RETURN) {
                super.visitVarInsn(Opcodes.LLOAD, 1);
                super.visitVarInsn(Opcodes.LLOAD, 3);
                tell();
            }
            super.visitInsn(opcode);
        }
    }
}

package io.ferronio.agent.engine;

import io.ferronio.internal.ClassDefinition;
import io.ferronio.internal.MappingWatch;
import java.util.List;
import java.util.function.LongBinaryOperator;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Has the JDK tell of the mappings that it makes itself, into buffers and memory segments: all have an object that unmaps
 * them, of one class (another for persistent memory, which is left alone). Its constructor tells last, its method
 * {@code unmap} first:
 *
 * <pre>{@code
 * FerronioMappings.changed(address, size);    // DefaultUnmapper(address, size, ...) { ...
 * FerronioMappings.changed(this.address, 0);  // ... } void unmap() {
 * }</pre>
 */
final class TellingUnmapper {

    private static final String UNMAPPER = "sun/nio/ch/FileChannelImpl$Unmapper";
    private static final String DEFAULT_UNMAPPER = "sun/nio/ch/FileChannelImpl$DefaultUnmapper";
    private static final String CONSTRUCTOR = "(JJJLjava/io/FileDescriptor;I)V";
    private static final String TELLER = MappingWatch.TELLER.replace('.', '/');
    private static final String TOLD = "(JJ)V";
    /** Two numbers. */
    private static final int MOST_ON_STACK = 4;

    private TellingUnmapper() {
    }

    /** The classes to be changed; none if the running JDK has them not. */
    static List<Class<?>> classes() {
        Class<?> unmapper = ClassDefinition.find(UNMAPPER.replace('/', '.'));
        Class<?> defaultUnmapper = ClassDefinition.find(DEFAULT_UNMAPPER.replace('/', '.'));
        return unmapper == null || defaultUnmapper == null ? List.of() : List.of(unmapper, defaultUnmapper);
    }

    /** Defines what they tell, once in a JVM. */
    static void defineTeller(Class<?> neighbour) {
        if (ClassDefinition.find(MappingWatch.TELLER) == null) {
            ClassDefinition.define(neighbour, teller(), MappingWatch.OPERATOR, LongBinaryOperator.class,
                    MappingWatch.operator());
        }
    }

    private static byte[] teller() {
        String operator = Type.getInternalName(LongBinaryOperator.class);
        String descriptor = Type.getDescriptor(LongBinaryOperator.class);
        ClassWriter writer = new ClassWriter(0);
        writer.visit(Opcodes.V17, Opcodes.ACC_FINAL | Opcodes.ACC_SUPER, TELLER, null, "java/lang/Object", null);
        writer.visitField(Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC, MappingWatch.OPERATOR, descriptor, null, null)
                .visitEnd();
        MethodVisitor method = writer.visitMethod(Opcodes.ACC_STATIC, MappingWatch.METHOD, TOLD, null, null);
        method.visitCode();
        method.visitFieldInsn(Opcodes.GETSTATIC, TELLER, MappingWatch.OPERATOR, descriptor);
        method.visitVarInsn(Opcodes.LLOAD, 0);
        method.visitVarInsn(Opcodes.LLOAD, 2);
        method.visitMethodInsn(Opcodes.INVOKEINTERFACE, operator, "applyAsLong", "(JJ)J", true);
        method.visitInsn(Opcodes.POP2);
        method.visitInsn(Opcodes.RETURN);
        method.visitMaxs(MOST_ON_STACK + 1, MOST_ON_STACK);
        method.visitEnd();
        writer.visitEnd();
        return writer.toByteArray();
    }

    /**
     * Rewrites a class, if it is one of them.
     *
     * @param name of the class, with slashes
     * @param classFile the class
     * @return the new class file, or null: also if it is not as JDK 17 to 25 have it
     */
    static byte[] rewrite(String name, byte[] classFile) {
        if (!name.equals(UNMAPPER) && !name.equals(DEFAULT_UNMAPPER)) {
            return null;
        }
        ClassReader reader = new ClassReader(classFile);
        ClassWriter writer = new ClassWriter(reader, 0);
        Telling telling = new Telling(writer, name.equals(UNMAPPER));
        reader.accept(telling, 0);
        return telling.found ? writer.toByteArray() : null;
    }

    private static final class Telling extends ClassVisitor {
        private final boolean isUnmapper;
        private boolean found;

        Telling(ClassWriter writer, boolean isUnmapper) {
            super(Opcodes.ASM9, writer);
            this.isUnmapper = isUnmapper;
        }

        @Override
        public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
                String[] exceptions) {
            MethodVisitor original = super.visitMethod(access, name, descriptor, signature, exceptions);
            if (isUnmapper && name.equals("unmap") && descriptor.equals("()V")) {
                found = true;
                return new Unmap(original);
            }
            if (!isUnmapper && name.equals("<init>") && descriptor.equals(CONSTRUCTOR)) {
                found = true;
                return new Constructor(original);
            }
            return original;
        }
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

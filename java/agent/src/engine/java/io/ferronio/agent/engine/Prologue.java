package io.ferronio.agent.engine;

import io.ferronio.internal.TakenMethod;
import java.util.EnumSet;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Puts a few instructions before the JDK's own, in the methods that are taken:
 *
 * <pre>{@code
 * long result = FerronioHook.transferTo(this, position, count, target);
 * if (result >= 0) return result;
 * }</pre>
 *
 * <p>The rest of the class file stays as it is, and nothing has to be computed anew: where the JDK's instructions begin, the
 * result is on the stack, once.
 */
final class Prologue extends ClassVisitor {

    private final Set<TakenMethod> wanted;
    private final Set<TakenMethod> found = EnumSet.noneOf(TakenMethod.class);

    private Prologue(ClassWriter writer, Set<TakenMethod> wanted) {
        super(Opcodes.ASM9, writer);
        this.wanted = wanted;
    }

    /**
     * Rewrites the class.
     *
     * @param classFile of FileChannelImpl
     * @param wanted the methods to take
     * @param taken gets those that the class has
     * @return the new class file
     */
    static byte[] insert(byte[] classFile, Set<TakenMethod> wanted, Set<TakenMethod> taken) {
        ClassReader reader = new ClassReader(classFile);
        ClassWriter writer = new ClassWriter(reader, 0);
        Prologue prologue = new Prologue(writer, wanted);
        reader.accept(prologue, 0);
        taken.addAll(prologue.found);
        return writer.toByteArray();
    }

    /** Has the classes loaded that rewriting takes, by rewriting another class, while the thread that asks does something else. */
    static void load() {
        Thread thread = new Thread("FerroNIO class loading") {
            @Override
            public void run() {
                insert(HookClass.classFile(), EnumSet.allOf(TakenMethod.class), EnumSet.noneOf(TakenMethod.class));
            }
        };
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
        MethodVisitor original = super.visitMethod(access, name, descriptor, signature, exceptions);
        TakenMethod method = TakenMethod.named(name);
        boolean isInstanceMethodWithCode = (access & (Opcodes.ACC_STATIC | Opcodes.ACC_ABSTRACT | Opcodes.ACC_NATIVE)) == 0;
        if (!wanted.contains(method) || !method.descriptor().equals(descriptor) || !isInstanceMethodWithCode) {
            return original;
        }
        found.add(method);
        return new Insertion(original, method);
    }

    private static final class Insertion extends MethodVisitor {

        /** The arguments and this, two results. */
        private static final int MOST_ON_STACK = 8;

        private final TakenMethod method;

        Insertion(MethodVisitor original, TakenMethod method) {
            super(Opcodes.ASM9, original);
            this.method = method;
        }

        @Override
        public void visitCode() {
            super.visitCode();
            visitVarInsn(Opcodes.ALOAD, 0);
            int local = 1;
            for (Type argument : Type.getArgumentTypes(method.descriptor())) {
                visitVarInsn(argument.getOpcode(Opcodes.ILOAD), local);
                local += argument.getSize();
            }
            visitMethodInsn(Opcodes.INVOKESTATIC, HookClass.INTERNAL_NAME, method.methodName(),
                    HookClass.descriptorOf(method), false);
            Type result = Type.getReturnType(method.descriptor());
            Label jdk = new Label();
            if (result == Type.LONG_TYPE) {
                visitInsn(Opcodes.DUP2);
                visitInsn(Opcodes.LCONST_0);
                visitInsn(Opcodes.LCMP);
                visitJumpInsn(Opcodes.IFLT, jdk);
            } else {
                visitInsn(Opcodes.DUP);
                visitJumpInsn(Opcodes.IFNULL, jdk);
            }
            visitInsn(result.getOpcode(Opcodes.IRETURN));
            visitLabel(jdk);
            Object onStack = result == Type.LONG_TYPE ? Opcodes.LONG : result.getInternalName();
            visitFrame(Opcodes.F_SAME1, 0, null, 1, new Object[] {onStack});
            visitInsn(result == Type.LONG_TYPE ? Opcodes.POP2 : Opcodes.POP);
        }

        @Override
        public void visitMaxs(int maxStack, int maxLocals) {
            super.visitMaxs(Math.max(maxStack, MOST_ON_STACK), maxLocals);
        }
    }
}

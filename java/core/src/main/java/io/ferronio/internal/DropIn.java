package io.ferronio.internal;

import java.lang.invoke.MethodType;
import java.util.StringJoiner;

/** Whether the agent can take the place of the JDK's methods here: for a report, nothing is changed. */
final class DropIn {

    private DropIn() {
    }

    /** Which methods the agent can take. */
    static String how() {
        String missing = methods(false);
        return "the agent can take the place of " + TakenMethod.OWNER + "'s " + methods(true)
                + (missing.isEmpty() ? "" : "; this JDK has no " + missing + " as JDK 17 to 25 have it");
    }

    /** Why it can take none, or null. */
    static String unavailable() {
        String unavailable = ClassRewriting.unavailable();
        if (unavailable == null && methods(true).isEmpty()) {
            return "this JDK has no " + TakenMethod.OWNER + "." + methods(false);
        }
        return unavailable == null ? null : "the JDK's methods cannot be changed: " + unavailable;
    }

    /** Names of those that the running JDK has, or has not. */
    private static String methods(boolean present) {
        Class<?> owner = ClassDefinition.find(TakenMethod.OWNER);
        StringJoiner names = new StringJoiner(", ");
        for (TakenMethod method : TakenMethod.values()) {
            if (isIn(owner, method) == present) {
                names.add(method.methodName());
            }
        }
        return names.toString();
    }

    private static boolean isIn(Class<?> owner, TakenMethod method) {
        try {
            Class<?>[] parameters = MethodType.fromMethodDescriptorString(method.descriptor(), null).parameterArray();
            return owner != null && owner.getDeclaredMethod(method.methodName(), parameters) != null;
        } catch (NoSuchMethodException e) {
            return false;
        }
    }
}

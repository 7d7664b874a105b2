package io.ferronio.testing;

import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/**
 * Lets {@code ./gradlew differential} say how often each property is tried and from which seed. Annotations hold
 * constants only: theirs are the sample that {@code ./gradlew test} runs.
 */
public final class DifferentialTries implements AroundPropertyHook {

    private static final Integer TRIES = Integer.getInteger("ferronio.test.tries");
    private static final String SEED = System.getProperty("ferronio.test.seed");

    @Override
    public PropertyExecutionResult aroundProperty(PropertyLifecycleContext context, PropertyExecutor property) {
        if (TRIES != null) {
            context.attributes().setTries(TRIES);
        }
        if (SEED != null) {
            context.attributes().setSeed(SEED);
        }
        return property.execute();
    }

    /** For all properties of the class that names this hook. */
    @Override
    public PropagationMode propagateTo() {
        return PropagationMode.ALL_DESCENDANTS;
    }
}

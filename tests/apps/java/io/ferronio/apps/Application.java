package io.ferronio.apps;

/** An application and what is done with it, once. */
@FunctionalInterface
public interface Application {

    /**
     * Starts it, uses it, compares what it gives with what it must give.
     *
     * @param trial starts its JVMs, without or with the agent, and takes down the figures
     * @throws Exception if anything is not as it must be
     */
    void run(Trial trial) throws Exception;
}

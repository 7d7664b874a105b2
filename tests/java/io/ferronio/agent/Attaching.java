package io.ferronio.agent;

import com.sun.tools.attach.VirtualMachine;

/** A program: attaches our agent to a JVM that runs. Arguments: its process and the agent's options. */
final class Attaching {

    private Attaching() {
    }

    public static void main(String[] args) throws Exception {
        VirtualMachine machine = VirtualMachine.attach(args[0]);
        machine.loadAgent(AgentJvm.JAR, args[1]);
        machine.detach();
    }
}

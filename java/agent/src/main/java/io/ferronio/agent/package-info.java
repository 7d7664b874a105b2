/**
 * FerroNIO in the place of the JDK's methods, without a change to the application: see
 * {@link io.ferronio.agent.FerronioAgent}.
 */
package io.ferronio.agent;

package io.ferronio.apps.tomcat;

import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.servlets.DefaultServlet;
import org.apache.catalina.startup.Tomcat;

/** Serves the files of a folder by HTTP: Tomcat with its NIO connector and its default servlet, which sends by sendfile. */
final class TomcatFileServer {

    private TomcatFileServer() {
    }

    /** The arguments are the folder, and one for Tomcat's own files. */
    public static void main(String[] arguments) throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(arguments[1]);
        tomcat.setPort(0);
        Context context = tomcat.addContext("", Path.of(arguments[0]).toString());
        Tomcat.addServlet(context, "default", new DefaultServlet());
        context.addServletMappingDecoded("/", "default");
        tomcat.getConnector();
        tomcat.start();
        System.out.println("port " + tomcat.getConnector().getLocalPort());
        tomcat.getServer().await();
    }
}

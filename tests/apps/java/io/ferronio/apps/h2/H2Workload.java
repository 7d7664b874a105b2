package io.ferronio.apps.h2;

import io.ferronio.apps.Content;
import io.ferronio.apps.Trial;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A database in mapped files: fills a table, changes and deletes rows, checks all of them, compacts the file, opens it
 * again and checks once more.
 */
final class H2Workload {

    private static final int ROWS = 50_000;
    private static final int ROW_SIZE = 1_000;
    private static final int ROWS_PER_COMMIT = 1_000;

    private final Content content = new Content(1 << 20);
    private final String url;

    private H2Workload(String url) {
        this.url = url;
    }

    /** The argument is the database's file, without the ending that H2 gives it. */
    public static void main(String[] arguments) throws Exception {
        H2Workload workload = new H2Workload("jdbc:h2:nioMapped:" + arguments[0]);
        try (Connection database = DriverManager.getConnection(workload.url)) {
            workload.fill(database);
            workload.change(database);
            workload.check(database);
            System.out.println("checked");
            System.in.read(); // While the file is open, it can be seen who has mapped it.
            execute(database, "SHUTDOWN COMPACT");
        }
        try (Connection database = DriverManager.getConnection(workload.url)) {
            workload.check(database);
        }
        System.out.println("checked again");
    }

    private void fill(Connection database) throws SQLException {
        execute(database, "CREATE TABLE numbers (number INT PRIMARY KEY, version INT, bytes VARBINARY)");
        database.setAutoCommit(false);
        try (PreparedStatement insert = database.prepareStatement("INSERT INTO numbers VALUES (?, 0, ?)")) {
            for (int number = 0; number < ROWS; number++) {
                insert.setInt(1, number);
                insert.setBytes(2, bytes(number, 0));
                insert.executeUpdate();
                commitNowAndThen(database, number);
            }
        }
        database.commit();
    }

    /** Every third row gets a new version, every fifth is deleted. */
    private void change(Connection database) throws SQLException {
        try (PreparedStatement update =
                database.prepareStatement("UPDATE numbers SET version = 1, bytes = ? WHERE number = ?")) {
            for (int number = 0; number < ROWS; number += 3) {
                update.setBytes(1, bytes(number, 1));
                update.setInt(2, number);
                update.executeUpdate();
                commitNowAndThen(database, number);
            }
        }
        execute(database, "DELETE FROM numbers WHERE MOD(number, 5) = 0");
        database.commit();
    }

    private void check(Connection database) throws SQLException {
        try (Statement query = database.createStatement();
                ResultSet rows = query.executeQuery("SELECT number, version, bytes FROM numbers ORDER BY number")) {
            for (int number = 0; number < ROWS; number++) {
                if (number % 5 == 0) {
                    continue;
                }
                int version = number % 3 == 0 ? 1 : 0;
                Trial.require(rows.next() && rows.getInt(1) == number && rows.getInt(2) == version
                        && content.matches(position(number, version), rows.getBytes(3), 0, ROW_SIZE),
                        "Row " + number + " is not what was written");
            }
            Trial.require(!rows.next(), "There are more rows than were written");
        }
    }

    private static void commitNowAndThen(Connection database, int number) throws SQLException {
        if (number % ROWS_PER_COMMIT == 0) {
            database.commit();
        }
    }

    private byte[] bytes(int number, int version) {
        return content.copy(position(number, version), ROW_SIZE);
    }

    private int position(int number, int version) {
        return (number + version * ROWS) * 7 % (content.size() - ROW_SIZE);
    }

    private static void execute(Connection database, String sql) throws SQLException {
        try (Statement statement = database.createStatement()) {
            statement.execute(sql);
        }
    }
}

package io.ferronio.apps.lucene;

import io.ferronio.apps.Content;
import io.ferronio.apps.Trial;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.CheckIndex;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.BytesRef;

/**
 * An index in mapped files: writes documents, searches while it writes, deletes some, merges all segments while a reader
 * has the old ones open, searches again and has Lucene check the index.
 *
 * <p>Document n has the word {@code r<n % 1000>} for its remainder and {@code even} or {@code odd}, and bytes that cannot be
 * compressed.
 */
final class LuceneWorkload {

    private static final int DOCUMENTS = 100_000;
    private static final Content CONTENT = new Content(1 << 20);
    private static final int BYTES = 400;
    private static final int REMAINDERS = 1_000;
    private static final int PER_COMMIT = 10_000;
    /** Documents with this remainder are deleted. */
    private static final int DELETED = 7;

    private LuceneWorkload() {
    }

    /** The argument is the folder of the index. */
    public static void main(String[] arguments) throws Exception {
        try (MMapDirectory directory = new MMapDirectory(Path.of(arguments[0]))) {
            write(directory);
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                search(reader, DOCUMENTS, true);
                System.out.println("checked");
                System.in.read(); // While the index is open, it can be seen who has mapped it.
            }
            try (CheckIndex check = new CheckIndex(directory)) {
                Trial.require(check.checkIndex().clean, "Lucene's own check of the index has failed");
            }
        }
        System.out.println("checked again");
    }

    private static void write(MMapDirectory directory) throws IOException {
        try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(new StandardAnalyzer()))) {
            for (int number = 0; number < DOCUMENTS; number++) {
                writer.addDocument(document(number));
                if ((number + 1) % PER_COMMIT == 0) {
                    writer.commit();
                    try (DirectoryReader reader = DirectoryReader.open(writer)) {
                        search(reader, number + 1, false);
                    }
                }
            }
            try (DirectoryReader before = DirectoryReader.open(writer)) {
                writer.deleteDocuments(new Term("remainder", "r" + DELETED));
                writer.forceMerge(1);
                writer.commit();
                search(before, DOCUMENTS, false); // Its files are deleted by now, and mapped.
            }
        }
    }

    private static Document document(int number) {
        Document document = new Document();
        document.add(new StringField("remainder", "r" + number % REMAINDERS, Field.Store.NO));
        document.add(new TextField("text", text(number), Field.Store.NO));
        document.add(new NumericDocValuesField("number", number));
        document.add(new StoredField("text", text(number)));
        document.add(new StoredField("bytes", CONTENT.copy(position(number), BYTES)));
        return document;
    }

    private static int position(int number) {
        return number * BYTES % (CONTENT.size() - BYTES);
    }

    private static String text(int number) {
        return (number % 2 == 0 ? "even " : "odd ") + "number " + number + " square " + (long) number * number;
    }

    /** Finds the documents of some remainders, and looks at all that the index holds of them. */
    private static void search(DirectoryReader reader, int written, boolean deleted) throws IOException {
        IndexSearcher searcher = new IndexSearcher(reader);
        for (int remainder = 0; remainder < REMAINDERS; remainder += DELETED) {
            int expected = deleted && remainder == DELETED ? 0 : written / REMAINDERS;
            TopDocs found = searcher.search(new TermQuery(new Term("remainder", "r" + remainder)), written,
                    new Sort(new SortField("number", SortField.Type.LONG)));
            Trial.require(found.scoreDocs.length == expected, "Remainder %d of %d documents: found %d instead of %d"
                    .formatted(remainder, written, found.scoreDocs.length, expected));
            for (int i = 0; i < expected; i++) {
                int number = i * REMAINDERS + remainder;
                Document document = searcher.storedFields().document(found.scoreDocs[i].doc);
                BytesRef bytes = document.getBinaryValue("bytes");
                Trial.require(document.get("text").equals(text(number)) && bytes.length == BYTES
                        && CONTENT.matches(position(number), bytes.bytes, bytes.offset, BYTES),
                        "Document " + number + " is not what was written: " + document);
            }
        }
        int odd = searcher.count(new TermQuery(new Term("text", "odd")));
        int expected = written / 2 - (deleted ? DOCUMENTS / REMAINDERS : 0);
        Trial.require(odd == expected, "%d documents are odd, instead of %d".formatted(odd, expected));
    }
}

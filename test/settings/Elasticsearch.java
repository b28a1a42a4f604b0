import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.AbstractScopedSettings;
import org.elasticsearch.common.settings.ClusterSettings;
import org.elasticsearch.common.settings.IndexScopedSettings;
import org.elasticsearch.common.settings.Setting;
import org.elasticsearch.common.settings.Settings;

/** Prints the names of settings that Elasticsearch itself has, and has it read those of the files that it is given. */
public class Elasticsearch {
    public static void main(String[] files) throws Exception {
        LogConfigurator.configureESLogging();
        names("cluster", ClusterSettings.BUILT_IN_CLUSTER_SETTINGS);
        names("index", IndexScopedSettings.BUILT_IN_INDEX_SETTINGS);
        AbstractScopedSettings known = new ClusterSettings(Settings.EMPTY, ClusterSettings.BUILT_IN_CLUSTER_SETTINGS);
        for (String file : files) {
            Settings given = Settings.builder().loadFromPath(Path.of(file)).build();
            for (String name : new TreeSet<>(given.keySet())) {
                // Those of plugins, security among them, are not in this library.
                if (known.get(name) == null) continue;
                known.validate(given.filter(name::equals), false);
                System.err.println(file + ": " + name + " = " + known.get(name).get(given));
            }
        }
    }

    private static void names(String kind, Set<Setting<?>> settings) throws Exception {
        TreeSet<String> names = new TreeSet<>();
        for (Setting<?> setting : settings) names.add(setting.getKey());
        for (String name : names) System.out.println(kind + " " + name);
    }
}

package dev.sidestep.provider;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lower packages never import upper ones, and nothing imports the provider that wires them. */
final class PackageOrderTest {

  private static final String ROOT = "dev.sidestep.provider";

  /** From the bottom up. */
  private static final List<String> PACKAGES = List.of("adaptor", "selector", "kernel", "channel");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @Test
  void noPackageImportsAHigherOne() {
    for (int i = 0; i < PACKAGES.size(); i++) {
      noClasses()
          .that()
          .resideInAPackage(named(PACKAGES.get(i)))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(higherThan(i))
          .check(CLASSES);
    }
  }

  @Test
  void viewsAndSelectorsKnowNothingOfEachOther() {
    noClasses()
        .that()
        .resideInAPackage(named("selector"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(named("adaptor"))
        .check(CLASSES);
  }

  @Test
  void everyPackageHasAPlaceInTheOrder() {
    String[] known = PACKAGES.stream().map(PackageOrderTest::named).toArray(String[]::new);
    classes().that().resideOutsideOfPackage(ROOT).should().resideInAnyPackage(known).check(CLASSES);
  }

  /** Those above, and the provider itself. */
  private static String[] higherThan(int index) {
    String[] higher = new String[PACKAGES.size() - index];
    for (int i = index + 1; i < PACKAGES.size(); i++) {
      higher[i - index - 1] = named(PACKAGES.get(i));
    }
    higher[higher.length - 1] = ROOT;
    return higher;
  }

  private static String named(String name) {
    return ROOT + "." + name + "..";
  }
}

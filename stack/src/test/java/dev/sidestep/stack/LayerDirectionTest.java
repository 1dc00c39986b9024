package dev.sidestep.stack;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.INTERFACES;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameStartingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lower layers never import upper ones; what is at the bottom imports no layer at all. */
class LayerDirectionTest {

  private static final String ROOT = "dev.sidestep.stack.";

  /** From the bottom up. Packages inside a layer's package belong to it. */
  private static final List<String> LAYERS =
      List.of(
          "packet",
          "wire",
          "nic",
          "ethernet",
          "neighbor",
          "ip",
          "icmp",
          "socket",
          "transport",
          "udp",
          "tcp",
          "engine");

  private static final List<String> TRANSPORTS = List.of("udp", "tcp");

  private static final List<String> FOR_ALL = List.of("config", "counters", "concurrent", "time");

  /** The vocabulary those at the bottom share with everybody. */
  private static final List<String> VOCABULARY = List.of("packet", "wire");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.sidestep.stack");

  @Test
  void noLayerImportsAHigherOne() {
    for (int i = 0; i < LAYERS.size() - 1; i++) {
      String[] higher = packages(LAYERS.subList(i + 1, LAYERS.size()));
      noClasses()
          .that()
          .resideInAPackage(ROOT + LAYERS.get(i) + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(higher)
          .allowEmptyShould(true)
          .check(CLASSES);
    }
  }

  @Test
  void whatServesAllLayersImportsNoneButTheirVocabulary() {
    List<String> layers = LAYERS.stream().filter(name -> !VOCABULARY.contains(name)).toList();
    noClasses()
        .that()
        .resideInAnyPackage(packages(FOR_ALL))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(packages(layers))
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void packetFormatsAreUsableWithoutTheRestOfTheStack() {
    noClasses()
        .that()
        .resideInAnyPackage(packages(VOCABULARY))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(packages(FOR_ALL))
        .check(CLASSES);
  }

  @Test
  void onlyTheEngineWiresTheInputsOfTheLayers() {
    for (String layer : LAYERS.subList(LAYERS.indexOf("ethernet"), LAYERS.indexOf("engine"))) {
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT + layer + "..", ROOT + "engine..")
          .should()
          .dependOnClassesThat(
              resideInAPackage(ROOT + layer + "..")
                  .and(simpleNameEndingWith("Input"))
                  .and(not(INTERFACES)))
          .allowEmptyShould(true)
          .check(CLASSES);
    }
  }

  @Test
  void onlyTheDevicesOfDpdkCallItAndKnowItsStructures() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "nic.dpdk..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + "nic.dpdk.ffi..")
        .check(CLASSES);
  }

  /** One more protocol is a line there, and nothing else in the engine changes. */
  @Test
  void onlyOneClassOfTheEngineKnowsWhichTransportProtocolsThereAre() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "engine..")
        .and()
        .doNotHaveSimpleName("TransportProtocols")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(packages(TRANSPORTS))
        .check(CLASSES);
  }

  @Test
  void transportProtocolsKnowNothingOfEachOther() {
    for (String transport : TRANSPORTS) {
      List<String> others = TRANSPORTS.stream().filter(name -> !name.equals(transport)).toList();
      noClasses()
          .that()
          .resideInAPackage(ROOT + transport + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(packages(others))
          .allowEmptyShould(true)
          .check(CLASSES);
    }
  }

  /** Addresses carry their version, routes write their header: the other version is an addition. */
  @Test
  void whatIsAboveIpKnowsNoVersionOfIt() {
    noClasses()
        .that()
        .resideInAnyPackage(packages(TRANSPORTS))
        .or()
        .resideInAnyPackage(ROOT + "socket..", ROOT + "transport..")
        .should()
        .dependOnClassesThat(simpleNameStartingWith("Ipv4").or(simpleNameStartingWith("Ipv6")))
        .check(CLASSES);
  }

  private static String[] packages(List<String> names) {
    return names.stream().map(name -> ROOT + name + "..").toArray(String[]::new);
  }
}

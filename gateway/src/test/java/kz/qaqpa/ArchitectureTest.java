package kz.qaqpa;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * The floors of the house. Arrows point down only, and siblings on a floor never see each other.
 *
 * <pre>
 * floor 4  load-tests   HTTP only; compiles against nothing of ours
 *          config/image files only; compiles against nothing of ours
 * floor 3  gateway      edge, admission, labels, Main  -> batching, tokenizer, engine-api, config
 * floor 2  batching     step loop, scheduler, KV cache, sampling  -> engine-api
 *          tokenizer    text and tokens                           -> JDK, Jackson, Caffeine, Jinjava
 *          engine-cpu   ONNX Runtime                              -> engine-api
 *          engine-trt   TensorRT                                  -> engine-api
 * floor 1  engine-api   Engine, plan and result, model files      -> JDK, Jackson
 * floor 0  config       files and environment to records          -> JDK, Jackson
 * </pre>
 *
 * Before adding an entry to a list below, think hard: each one is a door that stays open.
 */
class ArchitectureTest {
  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("kz.qaqpa");

  private static final String[] BASE = {"java..", "org.jspecify..", "tools.jackson.."};

  @Test
  void configSeesNothingOfOurs() {
    onlySees(new String[] {"kz.qaqpa.config.."}, "kz.qaqpa.config..");
  }

  @Test
  void engineApiSeesNothingOfOurs() {
    onlySees(
        new String[] {"kz.qaqpa.engine", "kz.qaqpa.engine.model.."},
        "kz.qaqpa.engine",
        "kz.qaqpa.engine.model..");
  }

  @Test
  void tokenizerSeesNothingOfOurs() {
    onlySees(
        new String[] {"kz.qaqpa.tokenizer.."},
        "kz.qaqpa.tokenizer..",
        "com.github.benmanes.caffeine..",
        "com.hubspot.jinjava..",
        "com.google.common..");
  }

  @Test
  void batchingSeesTheEngineInterfaceOnly() {
    onlySees(
        new String[] {"kz.qaqpa.batching.."},
        "kz.qaqpa.batching..",
        "kz.qaqpa.engine",
        "reactor..",
        "org.reactivestreams..",
        "org.jctools..",
        "org.slf4j..");
  }

  @Test
  void enginesSeeTheEngineInterfaceOnly() {
    onlySees(
        new String[] {"kz.qaqpa.engine.cpu.."},
        "kz.qaqpa.engine.cpu..",
        "kz.qaqpa.engine",
        "kz.qaqpa.engine.model..",
        "ai.onnxruntime..",
        "com.sun.management.."); // The machine's memory; exported by the JDK.
    onlySees(
        new String[] {"kz.qaqpa.engine.synthetic.."},
        "kz.qaqpa.engine.synthetic..",
        "kz.qaqpa.engine",
        "kz.qaqpa.engine.model..");
    onlySees(
        new String[] {"kz.qaqpa.engine.trt.."},
        "kz.qaqpa.engine.trt..",
        "kz.qaqpa.engine",
        "kz.qaqpa.engine.model..",
        "org.bytedeco..",
        "org.slf4j..");
  }

  @Test
  void theGatewayKnowsNoEngine() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "kz.qaqpa.engine.cpu..", "kz.qaqpa.engine.synthetic..", "kz.qaqpa.engine.trt..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "kz.qaqpa.engine.cpu..",
            "kz.qaqpa.engine.synthetic..",
            "kz.qaqpa.engine.trt..",
            "ai.onnxruntime..")
        .check(MAIN);
  }

  /** Who verifies a label needs nothing of the gateway that made it. */
  @Test
  void labelsKnowNoGateway() {
    noClasses()
        .that()
        .resideInAnyPackage("kz.qaqpa.label..", "kz.qaqpa.watermark..", "kz.qaqpa.language..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "kz.qaqpa.admission..",
            "kz.qaqpa.admin..",
            "kz.qaqpa.flow..",
            "kz.qaqpa.http..",
            "kz.qaqpa.ledger..",
            "kz.qaqpa.responses..",
            "kz.qaqpa.ws..")
        .check(MAIN);
  }

  @Test
  void loadTestsImportNothingOfOurs() throws IOException {
    Path sources = Path.of(System.getProperty("qaqpa.root")).resolve("load-tests/src");
    try (Stream<Path> files = Files.walk(sources)) {
      List<Path> javaFiles = files.filter(file -> file.toString().endsWith(".java")).toList();
      assertThat(javaFiles).isNotEmpty();
      for (Path file : javaFiles) {
        assertThat(Files.readString(file))
            .doesNotContainPattern("import (static )?kz\\.qaqpa\\.(?!load)");
      }
    }
  }

  @Test
  void everyPackageIsNullMarked() {
    JavaClasses all = new ClassFileImporter().importPackages("kz.qaqpa");
    List<String> unmarked =
        all.stream()
            .map(JavaClass::getPackage)
            .distinct()
            .filter(javaPackage -> !javaPackage.getClasses().isEmpty())
            .filter(javaPackage -> !javaPackage.isAnnotatedWith(NullMarked.class))
            .map(JavaPackage::getName)
            .filter(name -> !name.contains("jmh_generated"))
            .toList();
    assertThat(unmarked).isEmpty();
  }

  private static void onlySees(String[] packages, String... allowed) {
    String[] all = Stream.of(BASE, allowed).flatMap(Stream::of).toArray(String[]::new);
    classes()
        .that()
        .resideInAnyPackage(packages)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(all)
        .check(MAIN);
  }
}

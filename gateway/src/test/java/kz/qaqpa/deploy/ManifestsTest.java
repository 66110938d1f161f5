package kz.qaqpa.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBehavior;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import kz.qaqpa.config.Config;
import kz.qaqpa.config.ConfigLoader;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.http.ServerSettings;
import kz.qaqpa.label.LabelSettings;
import kz.qaqpa.ledger.LedgerSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** {@code config/k8s}, read by Kubernetes' own types: an unknown field fails. */
class ManifestsTest {
  private static final Path FOLDER = Path.of(System.getProperty("qaqpa.root"), "config/k8s");
  private static final Path BASE = FOLDER.resolve("base");

  private static final Map<String, Class<? extends HasMetadata>> KINDS =
      Map.of(
          "v1/ServiceAccount", ServiceAccount.class,
          "v1/Service", Service.class,
          "apps/v1/Deployment", Deployment.class,
          "policy/v1/PodDisruptionBudget", PodDisruptionBudget.class,
          "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class,
          "autoscaling/v2/HorizontalPodAutoscaler", HorizontalPodAutoscaler.class);

  /** What is used of Kustomize's own file. */
  private record Kustomization(
      String apiVersion,
      String kind,
      String namespace,
      @Nullable List<LabelPairs> labels,
      List<String> resources,
      @Nullable List<Generator> configMapGenerator) {
    private record LabelPairs(Map<String, String> pairs, boolean includeSelectors) {}

    private record Generator(String name, List<String> files) {}
  }

  /** KEDA 2's ScaledObject, as far as it is used. */
  private record ScaledObject(
      String apiVersion, String kind, Map<String, String> metadata, Spec spec) {
    private record Spec(
        Map<String, String> scaleTargetRef,
        int minReplicaCount,
        int maxReplicaCount,
        int pollingInterval,
        int cooldownPeriod,
        Fallback fallback,
        List<Trigger> triggers,
        Advanced advanced) {}

    private record Fallback(int failureThreshold, int replicas) {}

    private record Trigger(String type, String metricType, Map<String, String> metadata) {}

    private record Advanced(HpaConfig horizontalPodAutoscalerConfig) {}

    private record HpaConfig(HorizontalPodAutoscalerBehavior behavior) {}
  }

  @Test
  void everyManifest_isOfAKnownKind_andHasNoUnknownField() throws IOException {
    List<String> names = new ArrayList<>();
    for (Path kustomization : kustomizations()) {
      Kustomization read = StrictYaml.read(StrictYaml.tree(kustomization), Kustomization.class);
      assertThat(read.namespace()).isEqualTo("qaqpa");
      for (String resource : read.resources()) {
        if (resource.endsWith(".yaml")) {
          names.add(name(kustomization.resolveSibling(resource)));
        } else {
          assertThat(kustomization.resolveSibling(resource).resolve("kustomization.yaml")).exists();
        }
      }
      if (read.configMapGenerator() != null) {
        read.configMapGenerator()
            .forEach(map ->
                map.files()
                    .forEach(file -> assertThat(kustomization.resolveSibling(file)).exists()));
      }
    }
    assertThat(names)
        .containsExactlyInAnyOrder(
            "ServiceAccount qaqpa",
            "Deployment qaqpa",
            "Service qaqpa",
            "PodDisruptionBudget qaqpa",
            "NetworkPolicy qaqpa",
            "HorizontalPodAutoscaler qaqpa",
            "ScaledObject qaqpa");
  }

  private static List<Path> kustomizations() throws IOException {
    try (Stream<Path> files = Files.walk(FOLDER)) {
      return files.filter(file -> file.endsWith("kustomization.yaml")).toList();
    }
  }

  private static String name(Path file) throws IOException {
    JsonNode tree = StrictYaml.tree(file);
    String kind = tree.get("apiVersion").asString() + "/" + tree.get("kind").asString();
    if (kind.equals("keda.sh/v1alpha1/ScaledObject")) {
      ScaledObject read = StrictYaml.read(tree, ScaledObject.class);
      return "ScaledObject " + read.metadata().get("name");
    }
    Class<? extends HasMetadata> type = Objects.requireNonNull(KINDS.get(kind), kind);
    HasMetadata read = StrictYaml.read(tree, type);
    return read.getKind() + " " + read.getMetadata().getName();
  }

  @Test
  void aMisspeltField_fails() {
    JsonNode probe = StrictYaml.tree("{httpGet: {path: /livez, port: http}, periodSecond: 5}");
    assertThatThrownBy(() -> StrictYaml.read(probe, Probe.class))
        .isInstanceOf(UnrecognizedPropertyException.class)
        .hasMessageContaining("periodSecond");
  }

  @Test
  void thePod_isRestricted() throws IOException {
    PodSpec pod = pod();
    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getSecurityContext().getRunAsUser()).isEqualTo(10001);
    assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(pod.getHostNetwork()).isNull();
    Container gateway = pod.getContainers().getFirst();
    assertThat(gateway.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(gateway.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
    assertThat(gateway.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(gateway.getResources().getLimits()).containsKey("memory");
    assertThat(gateway.getVolumeMounts().stream().map(mount -> mount.getMountPath()))
        .contains("/tmp", "/var/cache/qaqpa", "/var/lib/qaqpa");
  }

  @Test
  void theProbes_askWhatTheGatewayAnswers() throws Exception {
    Container container = pod().getContainers().getFirst();
    assertThat(container.getPorts().getFirst().getContainerPort()).isEqualTo(8080);
    List<Probe> probes =
        List.of(
            container.getStartupProbe(),
            container.getLivenessProbe(),
            container.getReadinessProbe());
    assertThat(probes)
        .extracting(probe -> probe.getHttpGet().getPath())
        .containsExactly("/startupz", "/livez", "/readyz");
    try (TestGateway gateway = TestGateway.of(Script.repeating("қазақ "))) {
      for (Probe probe : probes) {
        assertThat(gateway.get(probe.getHttpGet().getPath()).statusCode()).isEqualTo(200);
      }
    }
  }

  @Test
  void theDrain_endsBeforeThePodIsKilled() throws IOException {
    PodSpec pod = pod();
    long preStop =
        pod.getContainers().getFirst().getLifecycle().getPreStop().getSleep().getSeconds();
    long drain = config().bind("server", ServerSettings.class).drainTimeout().toSeconds();
    assertThat(preStop + drain + 20).isLessThanOrEqualTo(pod.getTerminationGracePeriodSeconds());
  }

  @Test
  void theSettings_areOnesThatTheGatewayTakes() {
    Config config = config();
    assertThat(config.bind("server", ServerSettings.class).metrics())
        .isEqualTo(ServerSettings.Metrics.ALWAYS);
    assertThat(config.bind("ledger", LedgerSettings.class).url()).startsWith("postgresql://");
    assertThat(config.bind("labels", LabelSettings.class).keys()).hasSize(1);
  }

  private static Config config() {
    return ConfigLoader.load(BASE, Map.of());
  }

  private static PodSpec pod() throws IOException {
    JsonNode tree = StrictYaml.tree(BASE.resolve("deployment.yaml"));
    return StrictYaml.read(tree, Deployment.class).getSpec().getTemplate().getSpec();
  }
}

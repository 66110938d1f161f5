package kz.qaqpa.identity;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.mark.Marking;
import kz.qaqpa.batching.sample.Sampler;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepPlanBuilder;
import kz.qaqpa.engine.StepResult;

/**
 * The answer to a request without scheduler, batch or cache: one slot, the prompt cell by cell,
 * then token by token.
 *
 * @param tokens the answer
 * @param margins at each token, how far the best logit lay above the second
 */
record LoneRun(List<Integer> tokens, List<Float> margins) {

  /** Runs a request without penalties or stop tokens in slot 0. */
  static LoneRun of(Engine engine, GenerationRequest request) {
    SamplingParams params = request.sampling();
    Sampler sampler = new Sampler(engine.shape().vocabulary());
    StepPlanBuilder builder = new StepPlanBuilder(engine.shape());
    LogitsMode mode = LogitsMode.FULL; // Whatever the scheduler asks for, the token is the same.
    int[] prompt = request.prompt();
    int cell = engine.shape().prefillChunk();
    Marking marking = Sampler.marking(params, 0);
    int[] output = new int[request.maxTokens()];
    List<Integer> tokens = new ArrayList<>();
    List<Float> margins = new ArrayList<>();
    int computed = 0;
    while (tokens.size() < request.maxTokens()) {
      builder.clear();
      int end = Math.min(prompt.length, computed + cell);
      builder.row(0, computed, end < prompt.length ? LogitsMode.NONE : mode);
      if (computed < prompt.length) {
        for (; computed < end; computed++) {
          builder.token(prompt[computed]);
        }
      } else {
        builder.token(tokens.getLast());
        computed++;
      }
      StepResult result = engine.execute(builder.plan());
      if (end == prompt.length) {
        int token = sampler.sample(params, null, marking, mode, result, 0, tokens.size());
        output[tokens.size()] = token;
        tokens.add(token);
        if (marking != null) {
          marking.append(output, tokens.size());
        }
        margins.add(result.candidateLogit(0, 0) - result.candidateLogit(0, 1));
      }
    }
    return new LoneRun(tokens, margins);
  }
}

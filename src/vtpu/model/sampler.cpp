#include "vtpu/model/sampler.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "vtpu/base/position.h"

namespace vtpu::model {

Token Sampler::draw(std::span<const float> logits, std::span<const Token> sequence) {
  std::vector<std::pair<double, int>> scores;  // greatest first; of equal ones, the lowest token
  scores.reserve(logits.size());
  for (std::size_t k = 0; k < logits.size(); ++k) scores.emplace_back(logits[k], static_cast<int>(k));
  if (options_.repetition_penalty != 1)
    for (const Token token : sequence) {
      // Each token is punished once, however often the sequence has it.
      const auto at = static_cast<std::size_t>(token.value());
      const double logit = logits[at];
      scores[at].first = logit > 0 ? logit / options_.repetition_penalty : logit * options_.repetition_penalty;
    }
  const auto before = [](const auto& a, const auto& b) {
    return a.first > b.first || (a.first == b.first && a.second < b.second);
  };
  if (options_.temperature == 0) return Token(std::min_element(scores.begin(), scores.end(), before)->second);

  const std::size_t kept =
      options_.top_k > 0 ? std::min<std::size_t>(at(options_.top_k), scores.size()) : scores.size();
  std::partial_sort(scores.begin(), scores.begin() + static_cast<std::ptrdiff_t>(kept), scores.end(), before);
  scores.resize(kept);
  const double top = scores.front().first;
  double sum = 0;
  for (auto& [score, token] : scores) sum += score = std::exp((score - top) / options_.temperature);
  double share = 0;
  for (std::size_t k = 0; k < scores.size(); ++k) {
    share += scores[k].first;
    if (share < options_.top_p * sum) continue;
    scores.resize(k + 1);
    break;
  }
  double left = random_.unit() * std::min(share, sum);
  for (const auto& [weight, token] : scores) {
    left -= weight;
    if (left < 0) return Token(token);
  }
  return Token(scores.back().second);
}

}  // namespace vtpu::model

#include "vtpu/study/soak/forms.h"

#include <string>

#include "vtpu/measure/metric.h"

namespace vtpu::study::soak {
namespace {

using exec::jit::Form;

constexpr Form kForms[] = {Form::avx2, Form::avx512};

}  // namespace

std::vector<Form> host_forms() {
  std::vector<Form> forms;
  for (const Form form : kForms)
    if (exec::jit::host_runs(form)) forms.push_back(form);
  return forms;
}

void record_forms(measure::Run& run) {
  using Source = measure::Column::Source;
  measure::Table& table = run.table("forms", {{"form", "", Source::label}, {"compared", "", Source::measured}});
  for (const Form form : kForms)
    table.add({std::string(exec::jit::name_of(form)),
               std::string(exec::jit::host_runs(form) ? "yes" : "no: this host lacks it")});
}

}  // namespace vtpu::study::soak

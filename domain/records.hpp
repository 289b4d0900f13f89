// What the desk keeps: one struct a table of the ops store. Money and quantities are exact.
#pragma once

#include "domain/agent_records.hpp"
#include "domain/audit_records.hpp"
#include "domain/dataset_records.hpp"
#include "domain/decision.hpp"
#include "domain/evaluation_records.hpp"
#include "domain/idea_records.hpp"
#include "domain/ingest_records.hpp"
#include "domain/learning_records.hpp"
#include "domain/ops_records.hpp"
#include "domain/order.hpp"
#include "domain/position.hpp"
#include "domain/risk_records.hpp"
#include "domain/source_records.hpp"
#include "domain/trade_records.hpp"

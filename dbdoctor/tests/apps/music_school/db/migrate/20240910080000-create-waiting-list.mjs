export async function up(queryInterface, Sequelize) {
  await queryInterface.createTable('waiting_list', {
    id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
    email: { type: Sequelize.STRING, allowNull: false, unique: true },
  });
}

export async function down(queryInterface) {
  await queryInterface.dropTable('waiting_list');
}
